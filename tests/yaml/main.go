// Prints what the engines' own libraries read in YAML documents.
//
// A document comes as four bytes of length, the highest first, and its bytes. The answer is two lines: what
// yaml.v2 makes of it, strict, as Tempo reads its file, then yaml.v3, as the collector reads its own. A line
// is "error", or the value: ~ true 12 f:3ff8000000000000 "text" time [item,item] {key:value,key:value}. A float
// that is a whole number is shown as one, and a whole number beyond 2^53 as a float: tags turn one into the other.
package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"sort"
	"strings"
	"time"

	yaml2 "go.yaml.in/yaml/v2"
	yaml3 "go.yaml.in/yaml/v3"
)

func main() {
	in, out := bufio.NewReader(os.Stdin), bufio.NewWriter(os.Stdout)
	for {
		var length uint32
		if err := binary.Read(in, binary.BigEndian, &length); err != nil {
			break
		}
		text := make([]byte, length)
		if _, err := io.ReadFull(in, text); err != nil {
			break
		}
		fmt.Fprintln(out, answer(text, yaml2.UnmarshalStrict))
		fmt.Fprintln(out, answer(text, func(text []byte, value any) error { return yaml3.Unmarshal(text, value) }))
		if in.Buffered() == 0 {
			out.Flush()
		}
	}
	out.Flush()
}

func answer(text []byte, read func([]byte, any) error) (line string) {
	defer func() {
		if recover() != nil {
			line = "error"
		}
	}()
	var value any
	if read(text, &value) != nil {
		return "error"
	}
	return shown(value)
}

func shown(value any) string {
	switch value := value.(type) {
	case nil:
		return "~"
	case int:
		return whole(int64(value))
	case int64:
		return whole(value)
	case uint64:
		return fmt.Sprintf("f:%016x", math.Float64bits(float64(value)))
	case float64:
		if value == math.Trunc(value) && math.Abs(value) < 1<<53 {
			return fmt.Sprint(int64(value))
		}
		return fmt.Sprintf("f:%016x", math.Float64bits(value))
	case time.Time:
		return "time"
	case string:
		return quoted(value)
	case []any:
		items := make([]string, len(value))
		for i, item := range value {
			items[i] = shown(item)
		}
		return "[" + strings.Join(items, ",") + "]"
	case map[string]any:
		entries := map[any]any{}
		for key, item := range value {
			entries[key] = item
		}
		return shown(entries)
	case map[any]any:
		var entries []string
		for key, item := range value {
			entries = append(entries, shown(key)+":"+shown(item))
		}
		sort.Strings(entries)
		return "{" + strings.Join(entries, ",") + "}"
	default:
		return fmt.Sprint(value)
	}
}

// A number that no float holds exactly is shown as the nearest float.
func whole(value int64) string {
	if value <= -1<<53 || value >= 1<<53 {
		return fmt.Sprintf("f:%016x", math.Float64bits(float64(value)))
	}
	return fmt.Sprint(value)
}

func quoted(text string) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, letter := range text {
		switch {
		case letter == '"' || letter == '\\':
			out.WriteByte('\\')
			out.WriteRune(letter)
		case letter < ' ':
			fmt.Fprintf(&out, "\\u%04x", letter)
		default:
			out.WriteRune(letter)
		}
	}
	out.WriteByte('"')
	return out.String()
}

// Reads rendered files as their engines do and prints what they hold.
//
// In: a JSON list of {"kind", "text"}. Out: a JSON list of values of the same length, or of {"fault": TEXT}.
// Kinds: "collector" (yaml.v3 below the collector's own confmap, which puts variables and files in),
// "tempo" (yaml.v2, strict), "grafana" (yaml.v3; variables and files put in as its provisioning does),
// "dotenv" (godotenv). A reference stands in the result as "<env:NAME>" or "<file:PATH>".
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/joho/godotenv"
	"go.opentelemetry.io/collector/confmap"
	yaml2 "go.yaml.in/yaml/v2"
	yaml3 "go.yaml.in/yaml/v3"
)

type file struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
}

func main() {
	var files []file
	if err := json.NewDecoder(os.Stdin).Decode(&files); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	results := make([]any, len(files))
	for i, one := range files {
		value, err := read(one)
		if err != nil {
			value = map[string]any{"fault": err.Error()}
		}
		results[i] = value
	}
	if err := json.NewEncoder(os.Stdout).Encode(results); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(one file) (any, error) {
	switch one.Kind {
	case "collector":
		return collector(one.Text)
	case "tempo":
		var value any
		err := yaml2.UnmarshalStrict([]byte(one.Text), &value)
		return plain(value), err
	case "grafana":
		var value any
		if err := yaml3.Unmarshal([]byte(one.Text), &value); err != nil {
			return nil, err
		}
		return grafana(value), nil
	case "dotenv":
		return godotenv.Unmarshal(one.Text)
	}
	return nil, fmt.Errorf("no kind %q", one.Kind)
}

// provider answers every reference with its own name; "text" with the file.
type provider struct{ scheme, text string }

func (p provider) Retrieve(_ context.Context, uri string, _ confmap.WatcherFunc) (*confmap.Retrieved, error) {
	if p.scheme == "text" {
		return confmap.NewRetrievedFromYAML([]byte(p.text))
	}
	return confmap.NewRetrieved("<" + uri + ">")
}

func (p provider) Scheme() string               { return p.scheme }
func (provider) Shutdown(context.Context) error { return nil }

func collector(text string) (any, error) {
	var factories []confmap.ProviderFactory
	for _, scheme := range []string{"text", "env", "file"} {
		one := provider{scheme, text}
		factories = append(factories, confmap.NewProviderFactory(func(confmap.ProviderSettings) confmap.Provider { return one }))
	}
	resolver, err := confmap.NewResolver(confmap.ResolverSettings{
		URIs: []string{"text:"}, ProviderFactories: factories, DefaultScheme: "env",
	})
	if err != nil {
		return nil, err
	}
	conf, err := resolver.Resolve(context.Background())
	if err != nil {
		return nil, err
	}
	return plain(conf.ToStringMap()), nil
}

// grafana puts in what its provisioning does: "$$" is a dollar sign, "$__file{PATH}" and variables are replaced.
func grafana(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, one := range value {
			value[key] = grafana(one)
		}
	case []any:
		for i, one := range value {
			value[i] = grafana(one)
		}
	case string:
		parts := strings.Split(value, "$$")
		for i, part := range parts {
			if begin := strings.Index(part, "$__file{"); begin >= 0 {
				if name, rest, closed := strings.Cut(part[begin+len("$__file{"):], "}"); closed {
					part = part[:begin] + "<file:" + name + ">" + rest
				}
			}
			parts[i] = os.Expand(part, func(name string) string { return "<env:" + name + ">" })
		}
		return strings.Join(parts, "$")
	}
	return value
}

// plain has text keys alone, which JSON wants.
func plain(value any) any {
	switch value := value.(type) {
	case map[any]any:
		out := map[string]any{}
		for key, one := range value {
			out[fmt.Sprint(key)] = plain(one)
		}
		return out
	case map[string]any:
		for key, one := range value {
			value[key] = plain(one)
		}
	case []any:
		for i, one := range value {
			value[i] = plain(one)
		}
	}
	return value
}

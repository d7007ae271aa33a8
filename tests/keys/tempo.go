package main

import (
	"fmt"
	"reflect"
	"sort"
	"strings"

	"github.com/grafana/tempo/cmd/tempo/app"
	"github.com/grafana/tempo/modules/overrides"
)

type field struct{ name string; t reflect.Type }

func fields(t reflect.Type) []field {
	var out []field
	seen := map[string]bool{}
	add := func(fs ...field) { for _, f := range fs { if !seen[f.name] { seen[f.name] = true; out = append(out, f) } } }
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		if f.PkgPath != "" && !f.Anonymous { continue }
		tag := f.Tag.Get("yaml")
		if tag == "-" { continue }
		parts := strings.Split(tag, ",")
		inline := false
		for _, p := range parts[1:] { if p == "inline" { inline = true } }
		if inline {
			ft := f.Type
			for ft.Kind() == reflect.Ptr { ft = ft.Elem() }
			if ft.Kind() == reflect.Map { add(field{"*", reflect.TypeOf("")}); continue }
			add(fields(ft)...)
			continue
		}
		if f.PkgPath != "" { continue }
		name := parts[0]
		if name == "" { name = strings.ToLower(f.Name) }
		add(field{name, f.Type})
	}
	if t == reflect.TypeOf(overrides.Config{}) { add(fields(reflect.TypeOf(overrides.LegacyOverrides{}))...) }
	return out
}
type shape struct { name, suffix string; t reflect.Type } // t: struct to descend into, or nil

var groups = map[reflect.Type]int{}
var leafy = map[string]bool{"flagext.Secret": true, "log.Level": true, "config.URL": true, "relabel.Regexp": true, "time.Time": true, "component.ID": true, "pipeline.ID": true, "configopaque.MapList": true}

func shapeOf(f field) shape {
	t := deref(f.t)
	switch t.Kind() {
	case reflect.Struct:
		if leafy[t.String()] || hasText(t) || len(fields(t)) == 0 { if t.String() == "configopaque.MapList" { return shape{f.name, " *", nil} }; return shape{f.name, "", nil} }
		return shape{f.name, "", t}
	case reflect.Slice:
		e := deref(t.Elem())
		if e.Kind() == reflect.Struct && !leafy[e.String()] && !hasText(e) { return shape{f.name, " []", e} }
		if e.Kind() == reflect.Map || e.Kind() == reflect.Interface { return shape{f.name, " *", nil} }
		if t.String() == "configopaque.MapList" { return shape{f.name, " *", nil} }
		return shape{f.name, "", nil}
	case reflect.Map:
		if strings.HasSuffix(t.String(), "ListToMap") { return shape{f.name, "", nil} }
		e := deref(t.Elem())
		if e.Kind() == reflect.Struct && !leafy[e.String()] && !hasText(e) { return shape{f.name, " {}", e} }
		return shape{f.name, " *", nil}
	case reflect.Interface:
		return shape{f.name, " *", nil}
	}
	return shape{f.name, "", nil}
}

func count(t reflect.Type, seen map[reflect.Type]bool) {
	for _, f := range fields(t) {
		s := shapeOf(f)
		if s.t == nil { continue }
		groups[s.t]++
		if groups[s.t] == 1 { count(s.t, seen) }
	}
}

func isGroup(t reflect.Type) bool { return groups[t] > 1 && len(fields(t)) > 2 }

var names = map[reflect.Type]string{}

func groupName(t reflect.Type) string {
	if n, ok := names[t]; ok { return n }
	parts := strings.Split(t.String(), ".")
	n := t.String()
	if len(parts) == 2 && (parts[1] == "Config" || parts[1] == "config") { n = parts[0] }
	for {
		used := false
		for _, o := range names { if o == n { used = true } }
		if !used { break }
		n += "2"
	}
	names[t] = n
	return n
}

var pending []reflect.Type

func emit(t reflect.Type, depth int) {
	fs := fields(t)
	sort.Slice(fs, func(i, j int) bool { return fs[i].name < fs[j].name })
	for _, f := range fs {
		s := shapeOf(f)
		line := strings.Repeat(" ", depth) + s.name + s.suffix
		if s.t != nil && isGroup(s.t) {
			if _, ok := names[s.t]; !ok { pending = append(pending, s.t) }
			fmt.Println(line + " = " + groupName(s.t))
			continue
		}
		fmt.Println(line)
		if s.t != nil { emit(s.t, depth+1) }
	}
}

func flush() {
	for len(pending) > 0 {
		t := pending[0]; pending = pending[1:]
		fmt.Println("= " + groupName(t))
		emit(t, 1)
	}
}

func deref(t reflect.Type) reflect.Type {
	for {
		if t.Kind() == reflect.Ptr { t = t.Elem(); continue }
		if t.Kind() == reflect.Struct && strings.Contains(t.Name(), "Optional[") {
			f, ok := t.FieldByName("value")
			if ok { t = f.Type; continue }
		}
		return t
	}
}

func hasText(t reflect.Type) bool {
	_, a := t.MethodByName("UnmarshalText")
	_, b := reflect.PtrTo(t).MethodByName("UnmarshalText")
	return a || b
}

func main() {
	t := reflect.TypeOf(app.Config{})
	count(t, nil)
	emit(t, 0)
	flush()
}

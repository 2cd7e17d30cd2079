package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/sanctionwatch/sanctionwatch/notify"
	"github.com/sanctionwatch/sanctionwatch/rules"
	"github.com/sanctionwatch/sanctionwatch/seeds"
	"github.com/sanctionwatch/sanctionwatch/watcher"
)

type schemaCmd struct {
	Of string `arg:"" help:"config, feeds, rules, or example for a commented configuration to begin with." enum:"config,feeds,rules,example"`
}

// Run prints a JSON Schema made from the types that read the files, so that an editor
// completes and checks what the program takes.
func (c *schemaCmd) Run(a *app) error {
	var s *jsonschema.Schema
	switch c.Of {
	case "config":
		s = configSchema()
	case "feeds":
		s = feedSchema()
	case "rules":
		s = ruleSchema()
	case "example":
		raw, err := fs.ReadFile(seeds.FS(), "sanctionwatch.yaml")
		if err != nil {
			return err
		}
		_, err = a.out.Write(raw)
		return err
	}
	s.Title = "sanctionwatch " + c.Of
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	_, err = fmt.Fprintf(a.out, "%s\n", b)
	return err
}

// reflector reads yaml tags, knows the types that YAML writes as text, and refuses
// unknown keys as the loader does.
func reflector() *jsonschema.Reflector {
	return &jsonschema.Reflector{
		FieldNameTag:               "yaml",
		RequiredFromJSONSchemaTags: true,
		ExpandedStruct:             true,
		Namer: func(t reflect.Type) string { // many packages have Options
			if t.Name() == "" || t.PkgPath() == "" {
				return ""
			}
			return path.Base(t.PkgPath()) + "." + t.Name()
		},
		Mapper: func(t reflect.Type) *jsonschema.Schema {
			switch {
			case t == reflect.TypeFor[time.Duration](), t.Name() == "Duration":
				return &jsonschema.Schema{Type: "string", Pattern: `^-?([0-9.]+(d|h|m|s|ms))+$|^0$`, Examples: []any{"10m", "14d"}}
			case t == reflect.TypeFor[watcher.Severity]():
				return enum(watcher.Severities())
			case t == reflect.TypeFor[rules.Status]():
				return enum(rules.Statuses())
			case t.Name() == "Size":
				return &jsonschema.Schema{Type: "string", Examples: []any{"10MiB"}}
			case t == reflect.TypeFor[notify.Secret]():
				return &jsonschema.Schema{Type: "string"}
			case t == reflect.TypeFor[notify.Strings](), t == reflect.TypeFor[[]string]():
				one := &jsonschema.Schema{Type: "string"} // a list of one may be written without brackets
				return &jsonschema.Schema{OneOf: []*jsonschema.Schema{one, {Type: "array", Items: one}}}
			}
			return nil
		},
	}
}

// enum is the schema of a text that is one of a few.
func enum[T ~string](values []T) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string"}
	for _, v := range values {
		s.Enum = append(s.Enum, string(v))
	}
	return s
}

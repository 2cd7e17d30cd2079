package main

import (
	"fmt"
	"maps"

	"github.com/invopop/jsonschema"

	"github.com/sanctionwatch/sanctionwatch/rules"
)

// ruleSchema is the schema of a rule file: one rule, vocabulary or exclusion, a list of
// them, or lists under rules, vocabularies and exclusions.
func ruleSchema() *jsonschema.Schema {
	type file struct {
		Rules        []rules.Rule       `yaml:"rules"`
		Vocabularies []rules.Vocabulary `yaml:"vocabularies"`
		Exclusions   []rules.Exclusion  `yaml:"exclusions"`
	}
	whole := reflector().Reflect(file{})
	root := &jsonschema.Schema{
		Version: whole.Version, Definitions: whole.Definitions,
		Description: "What to watch for: rules, the vocabularies that they use as @name, and exclusions.",
	}
	whole.Version, whole.Definitions = "", nil
	describe(whole, map[string]string{
		"rules": "Rules of this file.", "vocabularies": "Vocabularies of this file.", "exclusions": "Exclusions of this file.",
	})
	for name, words := range ruleWords() {
		describe(root.Definitions[name], words)
	}
	for name, doc := range map[string]string{
		"rules.Rule":       "One thing to watch for. It loads only if its samples pass.",
		"rules.Vocabulary": "A named list of terms in several languages; a query uses all of them as @name.",
		"rules.Exclusion":  "Keeps rules from firing on items that its query matches. It loads only if its samples pass.",
		"rules.Escalation": "Raises the severity of items for which a second query holds as well.",
		"rules.Tests":      "The samples that prove it.",
		"rules.Sample":     "An item to try it on; what is left out is empty.",
	} {
		root.Definitions[name].Description = doc
	}
	narrow(root.Definitions)
	one := []*jsonschema.Schema{{Ref: "#/$defs/rules.Rule"}, {Ref: "#/$defs/rules.Vocabulary"}, {Ref: "#/$defs/rules.Exclusion"}}
	root.AnyOf = append(one, whole, &jsonschema.Schema{Type: "array", Items: &jsonschema.Schema{AnyOf: one}})
	return root
}

// describe gives the properties of a schema the words that editors show.
func describe(s *jsonschema.Schema, words map[string]string) {
	for key, text := range words {
		if p, ok := s.Properties.Get(key); ok {
			p.Description = text
		}
	}
}

// ruleWords say what each key is for, by definition and key.
func ruleWords() map[string]map[string]string {
	proof := map[string]string{
		"id":          "A name that is never used again: up to 64 letters, digits and . _ -",
		"description": "What it is for, in a sentence or two.",
		"query":       "What to search for. Operators in capitals: AND, OR, NOT, NEAR/8 (words between), NEAR/S (sentence), NEAR/P (paragraph), ONEAR/8 (in this order). @name is a vocabulary; title: hlead: body: site: lang: and others are fields; * ends a word.",
	}
	rule := maps.Clone(proof)
	maps.Copy(rule, map[string]string{
		"title":          "What an alert is called.",
		"theme":          "The subject, for routes and statistics; a-z, 0-9 and -. Left out, it comes from a tag theme.x.",
		"severity":       "How much it matters: info is never sent by itself, critical breaks quiet hours.",
		"level":          "Another name of severity.",
		"status":         "How far it is trusted: experimental (the default), stable, or deprecated, which is tested and does not fire.",
		"owner":          "Whom to ask, and who decides whether it stays.",
		"tags":           "Words for routes, such as country.by.",
		"references":     "Addresses that say why it is watched for.",
		"falsepositives": "Items that it is known to find in vain, in words.",
		"escalate":       "When to give a higher severity.",
		"tests":          "At least one sample that it must find and one that it must leave alone.",
	})
	exclusion := maps.Clone(proof)
	maps.Copy(exclusion, map[string]string{
		"title": "What it keeps out.",
		"rules": "Which rules it keeps from firing: their ids, theme:potash for those of a theme, or * for all.",
		"tests": "match: items that it must keep out; reject: items that it must leave alone.",
	})
	return map[string]map[string]string{
		"rules.Rule": rule, "rules.Exclusion": exclusion, "rules.Sample": sampleWords(),
		"rules.Vocabulary": {
			"name":        "What queries write after @; a-z, 0-9 and -",
			"description": "What the terms have in common.",
			"terms":       "Words and phrases by language. All are looked for in every item, whatever its language.",
		},
		"rules.Escalation": {
			"when":     "A query that must hold beside that of the rule.",
			"severity": "The severity then; higher than that of the rule.",
		},
		"rules.Tests": {
			"match":  "Items for which it must hold.",
			"reject": "Items for which it must not: near misses are worth most.",
		},
	}
}

func sampleWords() map[string]string {
	return map[string]string{
		"title":    "The headline.",
		"lead":     "The first sentences, as feeds give them.",
		"summary":  "Another name of lead.",
		"body":     "The text.",
		"author":   "Who wrote it, for author:",
		"lang":     "Its language, for lang:",
		"url":      "Its address, for url: and site:",
		"tags":     "Its tags, for tag: and category:",
		"feed":     "The id of its feed, for feed:",
		"country":  "The country of its feed, for country:",
		"severity": "The severity that the rule must give it; any if left out.",
	}
}

// narrow adds to the definitions what the types do not say: which keys must be there, the
// form of names, and examples.
func narrow(defs jsonschema.Definitions) {
	const (
		id   = `[A-Za-z0-9][A-Za-z0-9._-]{0,63}`
		slug = `[a-z0-9]+(-[a-z0-9]+)*`
	)
	for name, required := range map[string][]string{
		"rules.Rule":       {"id", "title", "query", "tests"},
		"rules.Vocabulary": {"name", "terms"},
		"rules.Exclusion":  {"id", "title", "query", "rules", "tests"},
		"rules.Escalation": {"when", "severity"},
		"rules.Tests":      {"match", "reject"},
	} {
		defs[name].Required = required
	}
	at := func(def, key string) *jsonschema.Schema {
		p, _ := defs[def].Properties.Get(key)
		return p
	}
	for _, def := range []string{"rules.Rule", "rules.Exclusion"} {
		at(def, "id").Pattern = "^" + id + "$"
		at(def, "query").Examples = []any{
			"@belarus NEAR/8 @potash", "hlead:(@belarus AND (@sanction NEAR/S @ban)) NOT title:@sport", "title:(vacancy OR вакансия)",
		}
	}
	at("rules.Escalation", "when").Examples = []any{"hlead:(@sanction NEAR/6 @in-force)"}
	theme := at("rules.Rule", "theme")
	theme.Pattern = "^" + slug + "$"
	for _, t := range rules.Themes() {
		theme.Examples = append(theme.Examples, t)
	}
	at("rules.Vocabulary", "name").Pattern = "^" + slug + "$"
	named := &jsonschema.Schema{Type: "string", Pattern: fmt.Sprintf(`^(\*|theme:%s|%s)$`, slug, id)}
	which := at("rules.Exclusion", "rules")
	which.OneOf = []*jsonschema.Schema{named, {Type: "array", Items: named, MinItems: new(uint64(1))}}
	terms := at("rules.Vocabulary", "terms")
	terms.PatternProperties = map[string]*jsonschema.Schema{`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`: terms.AdditionalProperties}
	terms.AdditionalProperties = jsonschema.FalseSchema
	terms.Examples = []any{map[string][]string{"en": {"potash", "potassium chloride"}, "ru": {"калий", "калийн*"}, "zh": {"钾肥"}}}
	for _, kind := range []string{"match", "reject"} {
		at("rules.Tests", kind).MinItems = new(uint64(1))
	}
	rule := defs["rules.Rule"]
	rule.AllOf = []*jsonschema.Schema{
		{AnyOf: []*jsonschema.Schema{{Required: []string{"severity"}}, {Required: []string{"level"}}}},
		{AnyOf: []*jsonschema.Schema{{Required: []string{"theme"}}, {Required: []string{"tags"}}}},
	}
	for name, body := range snippets() {
		defs[name].Extras = map[string]any{"defaultSnippets": []any{body}}
	}
}

// snippets are what editors with the YAML language server offer to begin with.
func snippets() map[string]any {
	tests := func(match, reject string) map[string]any {
		return map[string]any{
			"match":  []any{map[string]any{"title": match, "lang": "en"}},
			"reject": []any{map[string]any{"title": reject, "lang": "en"}},
		}
	}
	return map[string]any{
		"rules.Rule": map[string]any{"label": "rule", "description": "A new rule", "body": map[string]any{
			"id": "$1", "title": "$2", "theme": "$3", "severity": "medium", "status": "experimental", "owner": "$4",
			"description": "$5", "query": "$6", "tests": tests("$7", "$8"),
		}},
		"rules.Vocabulary": map[string]any{"label": "vocabulary", "description": "A new vocabulary", "body": map[string]any{
			"name": "$1", "description": "$2", "terms": map[string]any{"en": []any{"$3"}},
		}},
		"rules.Exclusion": map[string]any{"label": "exclusion", "description": "A new exclusion", "body": map[string]any{
			"id": "$1", "title": "$2", "description": "$3", "query": "$4", "rules": []any{"$5"}, "tests": tests("$6", "$7"),
		}},
	}
}

package diag

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// kind is what a node holds.
type kind int

const (
	null kind = iota
	scalar
	sequence
	mapping
)

// a node is one value of the document with its places. Aliases share the node they
// stand for; their own place is lost, as the mistake is where the value is written.
type node struct {
	kind   kind
	value  string // of a scalar
	plain  bool   // a scalar without quotes, that may be a number or true
	line   int    // of the value, from 1
	col    int    // in characters, from 1
	indent int    // columns before the key or dash that the value belongs to
	flow   bool   // it stands between brackets or braces

	key   *node // that the value stands under in a mapping
	keys  []*node
	vals  []*node        // of a mapping or sequence
	index map[string]int // of the keys of a mapping
	size  int            // nodes in it, aliases unfolded
}

// words says what a node is to a reader.
func (n *node) words() string {
	switch {
	case n == nil || n.kind == null:
		return "empty"
	case n.kind == sequence:
		return "a list"
	case n.kind == mapping:
		return "a mapping of keys"
	case n.plain && isNumber(n.value):
		return "a number"
	case n.plain && (n.value == "true" || n.value == "false"):
		return n.value
	}
	return "text"
}

// get is the value under a key.
func (n *node) get(key string) *node {
	if n == nil || n.kind != mapping {
		return nil
	}
	if i, ok := n.index[key]; ok {
		return n.vals[i]
	}
	return nil
}

// put adds a value under a key or replaces the one that is there.
func (n *node) put(k, v *node) {
	if i, ok := n.index[k.value]; ok {
		n.keys[i], n.vals[i] = k, v
		return
	}
	if n.index == nil {
		n.index = map[string]int{}
	}
	n.index[k.value] = len(n.keys)
	n.keys, n.vals = append(n.keys, k), append(n.vals, v)
}

// place is where a mistake in the value is shown: at a scalar itself, at the key of a
// larger or empty value.
func (n *node) place() (line, col, width int) {
	if n == nil {
		return 1, 1, 1
	}
	if n.kind != scalar && n.key != nil {
		n = n.key
	}
	width = 1
	if n.kind == scalar {
		width = utf8.RuneCountInString(n.value)
	}
	return n.line, n.col, max(width, 1)
}

// builder turns the library's tree into nodes.
type builder struct {
	f       *File
	anchors map[string]*node
	flow    int // brackets and braces that are open
	cur     cursor
}

// mistake stops a build.
type mistake struct{ Problem }

func (b *builder) fail(tk *token.Token, msg, cure string) {
	line, col := 1, 1
	width := 1
	if tk != nil && tk.Position != nil {
		line, col = tk.Position.Line, tk.Position.Column
		width = utf8.RuneCountInString(tk.Value)
	}
	panic(mistake{b.f.problem(line, col, width, "", msg, cure)})
}

// build turns a parsed file into its root.
func (f *File) build(doc *ast.File) (root *node, p *Problem) {
	defer func() {
		switch m := recover().(type) {
		case nil:
		case mistake:
			p = &m.Problem
		default:
			panic(m)
		}
	}()
	b := &builder{f: f, anchors: map[string]*node{}}
	for _, d := range doc.Docs {
		if d.Body == nil {
			continue
		}
		if root != nil {
			b.fail(d.Start, "a second document begins", "keep one document in a file: "+
				"delete --- or put the rest into a file of its own")
		}
		root = b.value(d.Body, 1, 1, -1, 0)
	}
	if root != nil && root.kind == null {
		return nil, nil
	}
	return root, nil
}

// value builds one value. line and col are where the search for its first character
// starts, indent the columns before the key or dash it belongs to.
func (b *builder) value(n ast.Node, line, col, indent, depth int) *node {
	if depth > MaxDepth {
		b.fail(n.GetToken(), fmt.Sprintf("nested more than %d levels deep", MaxDepth), "write it flatter")
	}
	switch n := n.(type) {
	case *ast.AnchorNode:
		name := n.Name.GetToken().Value
		delete(b.anchors, name)
		v := b.value(n.Value, line, col, indent, depth+1)
		b.anchors[name] = v
		return v
	case *ast.AliasNode:
		name := n.Value.GetToken().Value
		v, ok := b.anchors[name]
		if !ok {
			b.fail(n.GetToken(), fmt.Sprintf("*%s refers to no &%s written before it", name, name),
				"a value that begins with * needs quotes: '*"+name+"'")
		}
		return v
	case *ast.TagNode:
		return b.tagged(n, line, col, indent, depth)
	}
	out := &node{indent: indent, flow: b.flow > 0, size: 1}
	out.line, out.col = b.skip(line, col)
	switch n := n.(type) {
	case *ast.MappingNode:
		if n.IsFlowStyle {
			b.flow++
			defer func() { b.flow-- }()
		}
		b.mapping(out, n.Values, depth)
	case *ast.MappingValueNode:
		b.mapping(out, []*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		b.sequence(out, n, depth)
	case *ast.NullNode:
		if n.Token.Type == token.ImplicitNullType {
			out.line, out.col = line, max(col-1, 1)
		}
	case *ast.LiteralNode:
		out.kind, out.value = scalar, n.Value.Value
	case *ast.StringNode:
		out.kind, out.value = scalar, n.Value
		out.plain = n.Token.Type != token.DoubleQuoteType && n.Token.Type != token.SingleQuoteType
	default:
		out.kind, out.value, out.plain = scalar, strings.TrimSpace(n.GetToken().Value), true
	}
	return out
}

// tagged builds a value after a tag. Only the core schema's are known, and but for !!str
// they say what the value shows anyway.
func (b *builder) tagged(n *ast.TagNode, line, col, indent, depth int) *node {
	switch tag := n.GetToken().Value; tag {
	case "!!str", "!!int", "!!float", "!!bool", "!!null", "!!seq", "!!map":
		if n.Value == nil {
			return &node{line: line, col: col, indent: indent, size: 1}
		}
		v := b.value(n.Value, line, col, indent, depth+1)
		if tag == "!!str" && v.kind == scalar {
			c := *v
			c.plain = false
			return &c
		}
		return v
	default:
		b.fail(n.GetToken(), fmt.Sprintf("the tag %s is not known", tag),
			"delete it, or quote the value if it begins with !")
		return nil
	}
}

// mapping builds the keys and values of a mapping.
func (b *builder) mapping(out *node, values []*ast.MappingValueNode, depth int) {
	out.kind = mapping
	for _, v := range values {
		if v.Key.IsMergeKey() {
			b.merge(out, v, depth)
			continue
		}
		k := b.key(v.Key)
		out.put(k, b.child(out, v.Value, v.GetToken(), k, depth)) // wins over a merged one
	}
	if len(out.keys) > 0 {
		out.line, out.col = out.keys[0].line, out.keys[0].col
	}
}

// child builds the value that stands after tk, which is the colon or dash.
func (b *builder) child(out *node, v ast.Node, tk *token.Token, key *node, depth int) *node {
	indent := tk.Position.Column - 1
	if key != nil {
		indent = key.col - 1
	}
	n := b.value(v, tk.Position.Line, tk.Position.Column+1, indent, depth+1)
	if out.size += n.size; out.size > maxNodes {
		b.fail(tk, "the aliases unfold to too many values", "write fewer aliases of aliases")
	}
	if key != nil && n.key == nil {
		n.key = key
	}
	return n
}

// key builds the key of a mapping, which must be a single word or text.
func (b *builder) key(k ast.MapKeyNode) *node {
	var inner ast.Node = k
	if m, ok := inner.(*ast.MappingKeyNode); ok {
		inner = m.Value
	}
	tk := k.GetToken()
	s, ok := inner.(ast.ScalarNode)
	if !ok {
		b.fail(tk, "a key must be a word", "write it as key: value")
	}
	st := s.GetToken()
	return &node{
		kind: scalar, value: strings.TrimSpace(st.Value), size: 1,
		line: st.Position.Line, col: st.Position.Column,
	}
}

// merge takes over the keys of the mappings behind <<.
func (b *builder) merge(out *node, v *ast.MappingValueNode, depth int) {
	from := b.child(out, v.Value, v.GetToken(), nil, depth)
	sources := []*node{from}
	if from.kind == sequence {
		sources = from.vals
	}
	for _, src := range sources {
		if src.kind != mapping {
			b.fail(v.GetToken(), "<< takes a mapping, not "+src.words(), "write <<: *name")
		}
		for i, k := range src.keys {
			if out.get(k.value) == nil {
				out.put(k, src.vals[i])
			}
		}
	}
}

// sequence builds the entries of a list.
func (b *builder) sequence(out *node, n *ast.SequenceNode, depth int) {
	out.kind = sequence
	if n.IsFlowStyle {
		b.flow++
		defer func() { b.flow-- }()
	}
	for i, v := range n.Values {
		tk := n.Start
		if !n.IsFlowStyle && i < len(n.Entries) && n.Entries[i].Start != nil {
			tk = n.Entries[i].Start
		}
		if n.IsFlowStyle {
			out.vals = append(out.vals, b.flowEntry(out, v, depth))
			continue
		}
		out.vals = append(out.vals, b.child(out, v, tk, nil, depth))
	}
}

// flowEntry builds an entry between [ and ], which has no dash to start from.
func (b *builder) flowEntry(out *node, v ast.Node, depth int) *node {
	pos := v.GetToken().Position
	if m, ok := v.(*ast.MappingValueNode); ok {
		pos = m.Key.GetToken().Position
	}
	n := b.value(v, pos.Line, pos.Column, out.indent, depth+1)
	if out.size += n.size; out.size > maxNodes {
		b.fail(v.GetToken(), "the aliases unfold to too many values", "write fewer aliases of aliases")
	}
	return n
}

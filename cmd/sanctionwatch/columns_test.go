package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestColumnsStandUnderEachOtherInAnyScript(t *testing.T) {
	var c columns
	c.heads("NAME", "ITEMS", "NOTES")
	c.add(left("人民网"), right("7"), left("x"))
	c.add(left("Наша Ніва"), right("12"), left(""))
	c.add(left("e\u0301te\u0301"), right("100"), left("y")) // marks take no place
	var b bytes.Buffer
	require.NoError(t, c.print(&b))
	require.Equal(t, ""+
		"NAME       ITEMS  NOTES\n"+
		"人民网         7  x\n"+
		"Наша Ніва     12\n"+
		"e\u0301te\u0301          100  y\n", b.String())
}

func TestTextsOfStrangersDoNotSteerTheTerminal(t *testing.T) {
	require.Equal(t, "a[2Jb c", safe("a\x1b[2Jb\r\n\tc\u202e\u200f\u0007 "))
	require.Equal(t, "x", safe("\u2066x\u2069\ufeff"))
	require.Equal(t, "中文…", short("中文新闻", 5))
	require.Equal(t, "中文", short("中文", 4))
	var c columns
	c.add(left("x\x1b]0;title\x07"))
	var b bytes.Buffer
	require.NoError(t, c.print(&b))
	require.NotContains(t, b.String(), "\x1b")
	require.Equal(t, 1, strings.Count(b.String(), "\n"))
}

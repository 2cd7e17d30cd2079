// Package diag reads the operator's YAML files so that every mistake in them can be
// shown at its place: file, line and column, the source line with a caret, and the cure.
//
// Read parses one Source into a File. File.Decode fills plain structs with yaml tags and
// reports all mistakes at once; File.Check then calls the Validate methods of what was
// decoded. A caller that finds a mistake of its own turns it into a Problem with
// File.Problem (by path, such as "rules[2].query") or File.ProblemAt (at a byte inside a
// text). Problems.Format prints them as a compiler would.
//
// Input is bounded: MaxSize bytes, MaxDepth levels, and a limit on what aliases unfold
// to. The package owns no state.
package diag

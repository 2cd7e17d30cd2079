// Package trial proves rules: by their own samples (Test), on labelled items (Eval), and
// by showing how a rule judges one item (Explain). Each answer can be written as a table
// for people and in a form for programs.
//
// Everything here asks the rules.Set that goes to work, so a proof cannot differ from what
// the line does. The package owns no file, table or lasting goroutine.
package trial

package article

// Shrink is what a page is made into before it becomes a tree.
var Shrink = shrink

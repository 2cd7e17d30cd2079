package text

// Fold returns s as it is compared.
func Fold(s string) string { return s }

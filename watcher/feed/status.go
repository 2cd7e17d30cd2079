package feed

import (
	"fmt"
	"net/http"
)

// A StatusError says that a publisher answered with something else than a document.
type StatusError struct{ Code int }

// Error is the status as HTTP has it.
func (e *StatusError) Error() string {
	return fmt.Sprintf("HTTP %d %s", e.Code, http.StatusText(e.Code))
}

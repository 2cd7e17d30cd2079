package feed

import (
	"context"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/watcher"
)

// newTestDesk has one place of each size.
func newTestDesk() *desk {
	return &desk{
		medium: make(chan struct{}, 1), large: make(chan struct{}, 1), parse: make(chan struct{}, 1),
		held: map[watcher.FeedID]func(){},
	}
}

// document is a body of n bytes.
func document(n int) *capped {
	return &capped{r: io.LimitReader(endless{}, int64(n)), left: 10 << 20}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestLargeDocumentsWaitForOneAnotherAndSmallOnesForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newTestDesk()
		_, first := d.sit(t.Context(), time.Minute)
		b, err := fill(document(3<<20), first)
		require.NoError(t, err)
		require.Len(t, b, 3<<20)
		read := make(chan error)
		_, second := d.sit(t.Context(), time.Second)
		go func() {
			_, err := fill(document(2<<20), second)
			read <- err
		}()
		_, small := d.sit(t.Context(), time.Minute)
		_, err = fill(document(smallBody-1), small)
		require.NoError(t, err)
		small.leave()
		time.Sleep(deskPatience / 2)
		require.Empty(t, read, "it waits")
		first.leave()
		require.NoError(t, <-read, "its own second has not passed: to wait is not the publisher's time")
		second.leave()
		require.Empty(t, d.large)
		require.Empty(t, d.medium)
	})
}

func TestDeskThatStaysFullSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newTestDesk()
		_, first := d.sit(t.Context(), time.Minute)
		_, err := fill(document(3<<20), first)
		require.NoError(t, err)
		_, second := d.sit(t.Context(), time.Minute)
		_, err = fill(document(3<<20), second)
		require.ErrorIs(t, err, watcher.ErrBusy)
		second.leave()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, third := d.sit(ctx, time.Minute)
		_, err = fill(document(3<<20), third)
		require.ErrorIs(t, err, context.Canceled)
		third.leave()
		first.leave()
	})
}

func TestWhoHasAPlaceMustKeepThePace(t *testing.T) {
	for name, c := range map[string]struct {
		pause time.Duration // after each 64 KiB
		size  int
		want  error
	}{
		"quick":          {time.Millisecond, 3 << 20, nil},
		"slow and large": {3 * time.Second, 3 << 20, errSlow},
		"slow and small": {3 * time.Second, smallBody - 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, s := newTestDesk().sit(t.Context(), time.Hour)
				defer s.leave()
				r := &capped{r: &pausing{ctx: ctx, pause: c.pause, left: c.size}, left: 10 << 20}
				_, err := fill(r, s)
				require.ErrorIs(t, err, c.want)
			})
		})
	}
}

// A pausing reader gives 64 KiB at a time until its context ends.
type pausing struct {
	ctx   context.Context
	pause time.Duration
	left  int
}

// Read implements io.Reader.
func (p *pausing) Read(b []byte) (int, error) {
	if p.left == 0 {
		return 0, io.EOF
	}
	if err := pause(p.ctx, p.pause); err != nil {
		return 0, context.Cause(p.ctx)
	}
	n := min(len(b), p.left, 64<<10)
	p.left -= n
	return n, nil
}

func TestTimeOfAFetchEndsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, s := newTestDesk().sit(t.Context(), time.Second)
		defer s.leave()
		<-ctx.Done()
		require.ErrorIs(t, context.Cause(ctx), context.DeadlineExceeded)
	})
}

func TestPlacesAreHeldUntilTheFeedIsDone(t *testing.T) {
	d := newTestDesk()
	left := []string{}
	leave := func(name string) func() { return func() { left = append(left, name) } }
	d.keep("post", leave("first"))
	d.keep("post", leave("second"))
	require.Equal(t, []string{"first"}, left, "a feed has its places once")
	d.keep("post", nil)
	d.keep("post", nil)
	require.Equal(t, []string{"first", "second"}, left)
}

func TestTextThatGrowsOverTheLimitIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		encoding string
		unit     string
	}{
		"one byte is three":   {"windows-1252", "\x80"},
		"broken UTF-8":        {"", "abc\xFFdef\xFE"},
		"two bytes are three": {"utf-16le", "\x00\x4E"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := decode([]byte(strings.Repeat(c.unit, 100)), Hints{Encoding: c.encoding, limit: 100 * len(c.unit)})
			require.ErrorContains(t, err, "once it is UTF-8")
			_, _, err = decode([]byte(strings.Repeat(c.unit, 100)), Hints{Encoding: c.encoding})
			require.NoError(t, err, "without a limit it is read")
		})
	}
}

package diag_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sanctionwatch/sanctionwatch/rules/diag"
)

type hours struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
}

func (h hours) Validate() error {
	if h.From == h.To {
		return errors.New("from and to are the same")
	}
	return nil
}

type smtp struct {
	Host  string  `yaml:"host"`
	Port  int     `yaml:"port"`
	Quiet []hours `yaml:"quiet"`
}

func (s *smtp) Validate() error {
	var errs []error
	if s.Host == "" {
		errs = append(errs, &diag.FieldError{Field: "host", Msg: "is missing", Cure: "write host: smtp.example.org"})
	}
	if s.Port > 65535 {
		errs = append(errs, fmt.Errorf("port %d is too large", s.Port))
	}
	if len(s.Quiet) > 1 {
		errs = append(errs, fmt.Errorf("quiet[1].to: overlaps"), errors.New("sleep is for others"))
	}
	return errors.Join(errs...)
}

type mailbox struct {
	Mail map[string]*smtp `yaml:"mail"`
}

func TestValidateIsCalledAtEveryLevelAndPlaced(t *testing.T) {
	f := read(t, `mail:
  ok: {host: h, port: 25}
  none:
  bad:
    port: 70000
    quiet:
      - {from: "1", to: "1"}
      - {from: "1", to: "2"}
`)
	var v mailbox
	require.Empty(t, f.Decode(&v))
	require.EqualError(t, f.Check("", &v), `x.yaml:4:3: mail.bad.host: is missing; write host: smtp.example.org
x.yaml:4:3: mail.bad: sleep is for others
x.yaml:5:11: mail.bad.port: 70000 is too large
x.yaml:7:16: mail.bad.quiet[0].from: and to are the same
x.yaml:8:25: mail.bad.quiet[1].to: overlaps`)
	require.Empty(t, f.Check("mail.ok", v.Mail["ok"]))
}

func TestErrorsOfOthersArePlaced(t *testing.T) {
	f := read(t, "mail:\n  desk: {host: h}\n")
	ps := f.Errors("mail.desk", &smtp{}, fmt.Errorf("host h: no such host"))
	require.EqualError(t, ps, "x.yaml:2:16: mail.desk.host: h: no such host")
	ps = f.Errors("mail.desk", nil, diag.Problems{{File: "other.yaml", Line: 3, Msg: "bad"}})
	require.EqualError(t, ps, "other.yaml:3: bad")
}

package web

import "io"

// Confirm is the page on which somebody who is signed in proves again that it is
// them.
type Confirm struct {
	// Said is what to say of what was just done: a SignIn… constant, or empty.
	Said string
	// Next is the page to go to afterwards, and Mail the account's address.
	Next, Mail string
	// Password, Code and Provider say what the account has to prove itself by.
	Password, Code, Provider bool
}

// Any reports whether there is anything to prove it by.
func (c Confirm) Any() bool { return c.Password || c.Code || c.Provider }

// WriteConfirm writes the page. Nothing is written on error.
func WriteConfirm(w io.Writer, lang Lang, c Confirm) error {
	return writeForm(w, lang, "confirm", "/confirm", c)
}

package web

// Sheet is the body of a page of tables and forms: blocks one below the other.
type Sheet struct {
	// Lead is the key of what the page is for.
	Lead   string
	Region string
	Blocks []Block
}

// Block is one part of a sheet: a table, a form, or both.
type Block struct {
	// ID names it within the page; Head and About are keys, About may be empty, and
	// Name stands in the place of Head.
	ID, Head, About, Name string
	// Heads are the keys of the columns; the first is a row's name. Numeric says of
	// which columns the cells are numbers.
	Heads   []string
	Numeric []bool
	Rows    []SheetRow
	// Drawing says the same as the rows; nil for none.
	Drawing *Drawing
	// Blank is what stands there without rows.
	Blank *Blank
	Form  *SheetForm
	// Secret is shown once: an address that is a key.
	Secret string
}

// SheetRow is a row of a table, its cells in the language.
type SheetRow struct {
	Cells []string
	// Bad marks the row's last number as one to look at.
	Bad     bool
	Link    string
	Actions []SheetAction
}

// SheetAction is what can be done with a row.
type SheetAction struct {
	Path, Label, Confirm string
	Danger               bool
	// Hidden are the fields that go with it.
	Hidden map[string]string
}

// SheetForm is a form; Do is the key of its button.
type SheetForm struct {
	Path, Do  string
	Fields    []Field
	Multipart bool
}

// IsNumber reports whether the cells of a column are numbers.
func (b Block) IsNumber(i int) bool { return i < len(b.Numeric) && b.Numeric[i] }

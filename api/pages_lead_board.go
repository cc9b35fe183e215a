package api

// board shows who serves which districts and locations.
func (v *visitor) board() error {
	region, err := v.region()
	if err != nil {
		return err
	}
	f := v.frame("lead.board")
	f.Region = region
	return v.show(f, "board", nil)
}

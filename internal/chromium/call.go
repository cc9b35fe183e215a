package chromium

import (
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// call sends one command of the devtools protocol to the tab.
func call[P, R any](p *Page, command cdp.Command[P, R], params P) error {
	_, err := chromedp.Call(p.ctx, command, params)
	return err
}

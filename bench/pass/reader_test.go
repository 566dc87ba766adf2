package pass

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// speedscope is the page of the npm package of that name, where it is installed globally or in
// NODE_PATH, and a browser to open it in; the test is skipped without.
func speedscope(t *testing.T) (page, browser string) {
	t.Helper()
	places := filepath.SplitList(os.Getenv("NODE_PATH"))
	if root, err := exec.Command("npm", "root", "-g").Output(); err == nil {
		places = append(places, strings.TrimSpace(string(root)))
	}
	for _, place := range places {
		at := filepath.Join(place, "speedscope", "dist", "release", "index.html")
		if _, err := os.Stat(at); err == nil {
			page = at
		}
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil && browser == "" {
			browser = path
		}
	}
	if page == "" || browser == "" {
		t.Skip("no page to open a timeline in: npm install -g speedscope, and Chromium")
	}
	return page, browser
}

// A reader that is not ours opens the timeline: speedscope, in a browser, shows each worker
// and each submitter with as much time as the file gives it.
func TestTimelineIsOpened(t *testing.T) {
	page, browser := speedscope(t)
	tasks, calls := made(200)
	var out bytes.Buffer
	if err := WriteTimeline(&out, tasks, calls); err != nil {
		t.Fatal(err)
	}
	load := filepath.Join(t.TempDir(), "load.js")
	call := fmt.Sprintf("speedscope.loadFileFromBase64(%q, %q)", "timeline.json", base64.StdEncoding.EncodeToString(out.Bytes()))
	if err := os.WriteFile(load, []byte(call), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	dom, err := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", "--user-data-dir="+t.TempDir(),
		"--virtual-time-budget=8000", "--dump-dom", "file://"+page+"#localProfilePath="+load).Output()
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]string{}
	for _, row := range regexp.MustCompile(`<tr title="([^"]*)".*?</tr>`).FindAllStringSubmatch(string(dom), -1) {
		cells := regexp.MustCompile(`<td[^>]*>([^<]*)</td>`).FindAllStringSubmatch(row[0], -1)
		if len(cells) > 0 {
			shown[html.UnescapeString(row[1])] = html.UnescapeString(cells[len(cells)-1][1])
		}
	}
	for lane, want := range map[string]string{
		fmt.Sprintf("submitting process (pid %d), worker 0 (tid 0)", os.Getpid()):                 "1.00ms", // 100 tasks of 10 µs
		"worker process (pid 4711), worker 1 (tid 1)":                                             "1.00ms",
		fmt.Sprintf("submitting process (pid %d), submitter 0 (tid %d)", os.Getpid(), submitters): "60.00µs", // 200 calls of 0.3 µs
	} {
		if shown[lane] != want {
			t.Errorf("%s has %q, want %q; shown are %q", lane, shown[lane], want, shown)
		}
	}
}

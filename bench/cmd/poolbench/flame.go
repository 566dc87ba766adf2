package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"poolbench/bench/internal/program"
	"poolbench/reports/flame"
)

// runFlame draws a profile, or the difference of two: of two files, or of the samples of one
// file with some labels against those with others.
func runFlame(_ context.Context, c *program.Invocation) error {
	out := c.Flags.String("out", "-", "`file` to write the SVG to, - for standard output")
	kind := c.Flags.String("type", "", "`type` of values to draw, as in cpu or alloc_space (default that of the profile)")
	of := c.Flags.String("of", "", "only samples with these `labels`: executor=processes,workers=2")
	against := c.Flags.String("against", "", "draw the difference to samples of the first file with these `labels`")
	files, err := c.Parse()
	if err != nil {
		return err
	}
	if len(files) < 1 || len(files) > 2 {
		return program.UsageErrorf("flame takes a profile, or two to compare, got %d arguments", len(files))
	}
	head, base := flame.Selection{Type: *kind}, flame.Selection{Type: *kind}
	if head.Labels, err = labels(*of); err != nil {
		return err
	}
	if base.Labels, err = labels(*against); err != nil {
		return err
	}
	if len(files) == 2 && *against == "" {
		base.Labels = head.Labels
	}
	last := files[len(files)-1]
	tree, err := treeOf(last, head)
	if err != nil {
		return err
	}
	title := flame.Title{Name: "flame", Text: strings.TrimPrefix(*of+": "+tree.Type, ": "), Note: filepath.Base(last)}
	svg := []byte(nil)
	if len(files) == 1 && *against == "" {
		svg = flame.SVG(tree, title)
	} else {
		before, err := treeOf(files[0], base)
		if err != nil {
			return err
		}
		title.Note += " against " + filepath.Base(files[0])
		if *against != "" {
			title.Note += ", " + *against
		}
		if svg, err = flame.Between(before, tree, title); err != nil {
			return program.UsageErrorf("%v", err)
		}
	}
	if *out == "-" {
		_, err = c.Stdout.Write(svg)
		return err
	}
	return program.WriteFile(*out, svg)
}

func treeOf(path string, s flame.Selection) (*flame.Tree, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, program.UsageErrorf("%v", err)
	}
	p, err := flame.Read(content)
	if err == nil {
		var t *flame.Tree
		if t, err = flame.Of(p, s); err == nil {
			return t, nil
		}
	}
	return nil, program.UsageErrorf("%s: %v", path, err)
}

// labels are those of a flag, "label=value,label=value"; none of "".
func labels(text string) (map[string]string, error) {
	if text == "" {
		return nil, nil
	}
	out := map[string]string{}
	for part := range strings.SplitSeq(text, ",") {
		label, value, ok := strings.Cut(part, "=")
		if !ok || label == "" {
			return nil, program.UsageErrorf("%q is none of the labels label=value,label=value", part)
		}
		out[label] = value
	}
	return out, nil
}

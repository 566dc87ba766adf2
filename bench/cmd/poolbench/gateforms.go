package main

import (
	"flag"
	"slices"
	"strings"

	"poolbench/bench/internal/program"
)

// A gateForm is a way to call gate, as it is named in errors.
type gateForm string

const (
	formRevisions  gateForm = "-base"
	formBinaries   gateForm = "-base-bin"
	formCommands   gateForm = "-base-cmd"
	formFunction   gateForm = "-python-func"
	formRecords    gateForm = "two records"
	formComparison gateForm = "a comparison"
	formHistory    gateForm = "-history by itself"
)

// flagForms are the forms that use a flag, for those that not all of them do. A flag
// that would change nothing is refused: who types it believes that it does.
var flagForms = map[string][]gateForm{
	"head":            {formRevisions, formFunction},
	"pkg":             {formRevisions},
	"all":             {formRevisions},
	"seeds":           {formRevisions},
	"cause":           {formRevisions, formBinaries},
	"bench":           {formRevisions, formBinaries},
	"inputs":          {formFunction},
	"python":          {formFunction},
	"cpu":             {formRevisions, formBinaries},
	"budget":          {formRevisions, formBinaries, formCommands, formFunction},
	"timeout":         {formRevisions, formBinaries, formCommands, formFunction},
	"seed":            {formRevisions, formBinaries, formCommands, formFunction},
	"out":             {formRevisions, formBinaries, formCommands, formFunction},
	"history":         {formRevisions, formBinaries, formCommands, formFunction, formHistory},
	"across-machines": {formRecords},
	"v":               {formRecords, formComparison},
	"fail-on":         {formRevisions, formBinaries, formCommands, formFunction, formRecords, formComparison},
	"summary":         {formRevisions, formBinaries, formCommands, formFunction, formRecords, formComparison},
	"json":            {formRevisions, formBinaries, formCommands, formFunction, formRecords, formComparison},
	"junit":           {formRevisions, formBinaries, formCommands, formFunction, formRecords, formComparison},
	"ci":              {formRevisions, formBinaries, formCommands, formFunction, formRecords, formComparison},
}

// form is the one that was called, with so many arguments.
func (f *gateFlags) form(args []string) (gateForm, error) {
	b := &f.builds
	switch {
	case b.ways() > 0 && len(args) > 0:
		return "", program.UsageErrorf("gate takes builds (-base …) or records, not both: %q", args)
	case b.base != "" && b.function != "":
		return formFunction, nil
	case b.base != "":
		return formRevisions, nil
	case b.baseBin+b.headBin != "":
		return formBinaries, nil
	case b.baseCmd+b.headCmd != "":
		return formCommands, nil
	case len(args) == 0 && f.history != "":
		return formHistory, nil
	case len(args) == 1:
		return formComparison, nil
	case len(args) == 2:
		return formRecords, nil
	}
	return "", program.UsageErrorf("gate takes two records, BASE and HEAD, or one comparison, or builds (-base REF); got %d arguments", len(args))
}

// check refuses flags that were given and that the form does not use.
func (form gateForm) check(flags *flag.FlagSet) (err error) {
	flags.Visit(func(given *flag.Flag) {
		forms, some := flagForms[given.Name]
		if err != nil || !some || slices.Contains(forms, form) {
			return
		}
		var names []string
		for _, f := range forms {
			names = append(names, string(f))
		}
		err = program.UsageErrorf("-%s changes nothing for %s: it is for %s", given.Name, form, strings.Join(names, ", "))
	})
	return err
}

package reports

// Questions are the built-in ones, in the order of a report.
func Questions() []Question { return []Question{Which, Short, Where, Units, Trust} }

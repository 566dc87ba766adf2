package workloads

import (
	"encoding/binary"
)

const (
	documentSize      = 256 // bytes
	documentsPerQuery = 4
	documentCount     = 4096 // 1 MiB of documents
)

// crunch folds units eight-byte words of the documents into a digest, going
// round as often as needed. Every word of the documents counts when units is at
// least their number; the number of documents and their lengths always count.
//
//go:noinline
func crunch(documents [][]byte, units int64) uint64 {
	digest := uint64(golden)
	for _, d := range documents {
		digest = mix(digest ^ uint64(len(d)))
		if len(d) < 8 {
			return digest // an empty document would be gone round for ever
		}
		digest = mix(digest ^ binary.LittleEndian.Uint64(d))
	}
	for len(documents) > 0 && units > 0 {
		for _, d := range documents {
			for ; len(d) >= 8 && units > 0; d, units = d[8:], units-1 {
				digest = mix(digest ^ binary.LittleEndian.Uint64(d))
			}
		}
	}
	return digest
}

// randomDocuments are what the database holds, and how the stream that they are made of
// goes on.
func randomDocuments(seed uint64) ([][]byte, stream) {
	random := stream(seed)
	documents := make([][]byte, documentCount)
	for i := range documents {
		for range documentSize / 8 {
			documents[i] = binary.LittleEndian.AppendUint64(documents[i], random.next())
		}
	}
	return documents, random
}

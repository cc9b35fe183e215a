package v1

import (
	"maps"
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

// describeBodies says in the description what a body must hold. A field that only
// answers hold (readOnly) may come along, so that what was read can be sent back,
// and is not asked for; OpenAPI 3.1 leaves to its readers what "required" says of
// such a field in a request, so bodies get schemas of their own, named …Input.
func (a *API) describeBodies() {
	b := bodies{a.huma.OpenAPI().Components.Schemas, map[string]*huma.Schema{}}
	for _, path := range a.huma.OpenAPI().Paths {
		for _, op := range []*huma.Operation{path.Post, path.Put, path.Patch} {
			if op == nil || op.RequestBody == nil {
				continue
			}
			for _, media := range op.RequestBody.Content {
				media.Schema = b.of(media.Schema)
			}
		}
	}
}

// bodies are the schemas of what is sent.
type bodies struct {
	all huma.Registry
	// made has them by the name of the schema of what is read.
	made map[string]*huma.Schema
}

// of returns the schema of what is sent for one of what is read: the same where
// nothing of it is only read.
func (b *bodies) of(s *huma.Schema) *huma.Schema {
	switch {
	case s == nil:
		return nil
	case s.Ref != "":
		return b.named(s)
	case s.Type == huma.TypeArray:
		if items := b.of(s.Items); items != s.Items {
			own := *s
			own.Items = items
			return &own
		}
	case s.Type == huma.TypeObject:
		return b.object(s)
	}
	return s
}

// named makes the schema of a reference once.
func (b *bodies) named(s *huma.Schema) *huma.Schema {
	name := s.Ref[len("#/components/schemas/"):]
	if made := b.made[name]; made != nil {
		return made
	}
	b.made[name] = s // what holds itself holds it unchanged
	read := b.all.SchemaFromRef(s.Ref)
	if sent := b.object(read); sent != read {
		b.all.Map()[name+"Input"] = sent
		own := *s
		own.Ref += "Input"
		b.made[name] = &own
	}
	return b.made[name]
}

// object leaves out of what is required what is only read.
func (b *bodies) object(s *huma.Schema) *huma.Schema {
	own, changed := *s, false
	own.Properties = maps.Clone(s.Properties)
	for name, p := range s.Properties {
		if sent := b.of(p); sent != p {
			own.Properties[name], changed = sent, true
		}
	}
	own.Required = slices.DeleteFunc(slices.Clone(s.Required), func(name string) bool { return s.Properties[name] != nil && s.Properties[name].ReadOnly })
	if !changed && len(own.Required) == len(s.Required) {
		return s
	}
	return &own
}

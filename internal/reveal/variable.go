package reveal

import (
	"strings"

	"a2c/model"
	"a2c/parse"
)

// Variable returns the value of the variable that secrets of one name make: each behind its prefix, joined by a space (model.Secret.Prefix).
func (r *Reader) Variable(secrets []model.Secret) (string, error) {
	parts := make([]string, 0, len(secrets))
	for _, s := range secrets {
		value, err := r.Value(s.Place)
		if err != nil {
			return "", err
		}
		parts = append(parts, Behind(s, value))
	}
	return strings.Join(parts, " "), nil
}

// Behind is what stands in the variable for a secret with this value; without a prefix that is the value.
func Behind(s model.Secret, value string) string {
	if s.Prefix == "" {
		return value
	}
	return s.Prefix + parse.JavaWord(value)
}

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
		if s.Prefix != "" {
			value = s.Prefix + parse.JavaWord(value)
		}
		parts = append(parts, value)
	}
	return strings.Join(parts, " "), nil
}

package reveal

import (
	"errors"

	"a2c/model"
)

// Variable returns the value of the variable that secrets of one name make: it is one value, whatever the number of its places.
func (r *Reader) Variable(secrets []model.Secret) (string, error) {
	if len(secrets) == 0 {
		return "", errors.New("no place of a secret is given")
	}
	return r.Value(secrets[0].Place)
}

package cmd

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"a2c/model"
)

// fillAWS puts account and region of a profile of the AWS CLI into d. What stands there already is not changed, but has to agree: files for one account must
// not reach another.
func fillAWS(ctx context.Context, profile string, d *model.Deployment) error {
	found, err := whoAmI(ctx, profile)
	if err != nil {
		return fmt.Errorf("profile %s: %w; fill aws in deployment.json by hand, or sign in: aws sso login --profile %s", profile, err, profile)
	}
	if have := d.AWS; have.AccountID != "" && have.AccountID != found.AccountID || have.Region != "" && have.Region != found.Region {
		return fmt.Errorf("deployment.json is for account %q in %q, and profile %s is account %q in %q; change aws in deployment.json, or take another profile",
			have.AccountID, have.Region, profile, found.AccountID, found.Region)
	}
	d.AWS = found
	return nil
}

// whoAmI asks AWS STS, the one thing that a2c asks of AWS here (GetCallerIdentity needs no permission). The region is the profile's.
func whoAmI(ctx context.Context, profile string) (model.AWS, error) {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithSharedConfigProfile(profile))
	if err != nil {
		return model.AWS{}, err
	}
	if cfg.Region == "" {
		return model.AWS{}, fmt.Errorf("it names no region (aws configure set region REGION --profile %s)", profile)
	}
	me, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return model.AWS{}, err
	}
	if me.Account == nil {
		return model.AWS{}, fmt.Errorf("AWS names no account for it")
	}
	return model.AWS{AccountID: *me.Account, Region: cfg.Region}, nil
}

package parse

import "slices"

// tokenShape is a token that can be told by its prefix and the characters behind it.
type tokenShape struct {
	prefix   string
	chars    byte // class of the characters: see tokenChar
	min, max int  // how many of them
}

// tokenShapes follow the rules of gitleaks (github.com/gitleaks/gitleaks, MIT licence) and GitHub's list of secret scanning patterns.
func tokenShapes() []tokenShape {
	return slices.Concat(cloudTokens(), forgeTokens(), serviceTokens())
}

// cloudTokens are those of clouds, hosting, key stores and monitoring.
func cloudTokens() []tokenShape {
	return []tokenShape{
		{"AKIA", 'u', 16, 16},
		{"ASIA", 'u', 16, 16},
		{"ABIA", 'u', 16, 16},
		{"ACCA", 'u', 16, 16},
		{"ABSK", 'x', 109, 269},
		{"bedrock-api-key-", 'x', 40, 4096},
		{"LTAI", 'a', 17, 22},
		{"AIza", 'w', 35, 35},
		{"ya29.", 'w', 20, 2048},
		{"GOCSPX-", 'w', 28, 28},
		{"1//0", 'w', 30, 200},
		{"dop_v1_", 'h', 64, 64},
		{"doo_v1_", 'h', 64, 64},
		{"dor_v1_", 'h', 64, 64},
		{"dapi", 'h', 32, 36},
		{"hvs.", 'w', 24, 300},
		{"hvb.", 'w', 24, 300},
		{"hvr.", 'w', 24, 300},
		{"glc_", 'x', 32, 400},
		{"glsa_", 'w', 41, 60},
		{"eyJrIjoi", 'x', 60, 400},
		{"NRAK-", 'a', 27, 27},
		{"NRJS-", 'a', 19, 19},
		{"NRII-", 'x', 32, 32},
		{"dt0c01.", 'x', 80, 100},
		{"dt0s16.", 'x', 80, 100},
		{"sntrys_", 'x', 100, 400},
		{"sntryu_", 'h', 64, 64},
		{"AGE-SECRET-KEY-1", 'u', 58, 58},
		{"pul-", 'h', 40, 40},
		{"pscale_tkn_", 'w', 32, 64},
		{"pscale_pw_", 'w', 32, 64},
		{"pscale_oauth_", 'w', 32, 64},
		{"dp.pt.", 'a', 43, 43},
		{"dp.st.", 'w', 40, 64},
		{"API-", 'u', 26, 26},
		{"tskey-", 'w', 20, 100},
		{"ops_eyJ", 'x', 250, 2000},
		{"A3-", 'w', 30, 40},
		{"HRKU-AA", 'w', 58, 58},
		{"fo1_", 'w', 43, 43},
		{"fm1r_", 'x', 100, 2000},
		{"fm2_", 'x', 100, 2000},
		{"v1.0-", 'w', 165, 180},
		{"nfp_", 'a', 36, 40},
		{"sbp_", 'h', 40, 40},
		{"rnd_", 'a', 28, 40},
	}
}

// forgeTokens are those of code forges, package registries and CI.
func forgeTokens() []tokenShape {
	return []tokenShape{
		{"ghp_", 'a', 36, 255},
		{"gho_", 'a', 36, 255},
		{"ghu_", 'a', 36, 255},
		{"ghs_", 'a', 36, 255},
		{"ghr_", 'a', 36, 255},
		{"github_pat_", 'w', 50, 255},
		{"glpat-", 'w', 20, 300},
		{"gldt-", 'w', 20, 64},
		{"glrt-", 'w', 20, 300},
		{"glcbt-", 'w', 20, 300},
		{"glptt-", 'h', 40, 40},
		{"glagent-", 'w', 50, 1024},
		{"gloas-", 'w', 64, 64},
		{"glsoat-", 'w', 20, 64},
		{"glffct-", 'w', 20, 64},
		{"glimt-", 'w', 25, 25},
		{"GR1348941", 'w', 20, 64},
		{"npm_", 'a', 36, 36},
		{"pypi-AgE", 'w', 50, 1000},
		{"rubygems_", 'h', 48, 48},
		{"CLOJARS_", 'a', 60, 60},
		{"oy2", 'a', 43, 43},
		{"dckr_pat_", 'w', 27, 64},
		{"dckr_oat_", 'w', 27, 64},
		{"AKCp", 'a', 69, 69},
		{"cmVmdGtu", 'a', 56, 56},
		{"sgp_", 'w', 40, 64},
		{"CCIPAT_", 'w', 60, 80},
		{"bkua_", 'h', 40, 40},
		{"ATATT3", 'x', 180, 200},
		{"ATCTT3", 'x', 180, 200},
		{"ATBB", 'a', 32, 40},
	}
}

// serviceTokens are those of messengers, payment, AI and other services.
func serviceTokens() []tokenShape {
	return []tokenShape{
		{"xoxb-", 'w', 10, 300},
		{"xoxp-", 'w', 10, 300},
		{"xoxa-", 'w', 10, 300},
		{"xoxr-", 'w', 10, 300},
		{"xoxs-", 'w', 10, 300},
		{"xoxe-", 'w', 10, 300},
		{"xoxe.xoxp-", 'w', 10, 300},
		{"xapp-", 'w', 10, 300},
		{"hooks.slack.com/services/", 'x', 30, 100},
		{"hooks.slack.com/workflows/", 'x', 30, 100},
		{"sk_live_", 'a', 10, 255},
		{"sk_test_", 'a', 10, 255},
		{"rk_live_", 'a', 10, 255},
		{"rk_test_", 'a', 10, 255},
		{"sk_prod_", 'a', 10, 255},
		{"whsec_", 'x', 24, 100},
		{"SG.", 'x', 60, 70},
		{"key-", 'h', 32, 32},
		{"xkeysib-", 'x', 80, 90},
		{"shpat_", 'h', 32, 32},
		{"shpca_", 'h', 32, 32},
		{"shppa_", 'h', 32, 32},
		{"shpss_", 'h', 32, 32},
		{"sk-ant-", 'w', 80, 120},
		{"sk-proj-", 'w', 40, 200},
		{"sk-svcacct-", 'w', 40, 200},
		{"sk-admin-", 'w', 40, 200},
		{"sk-", 'a', 48, 64},
		{"hf_", 'a', 34, 40},
		{"api_org_", 'a', 34, 34},
		{"pplx-", 'a', 48, 48},
		{"lin_api_", 'a', 40, 40},
		{"ntn_", 'a', 40, 60},
		{"secret_", 'a', 43, 43},
		{"PMAK-", 'x', 59, 64},
		{"pnu_", 'a', 36, 36},
		{"rdme_", 'a', 70, 70},
		{"duffel_", 'w', 43, 60},
		{"EZAK", 'a', 54, 54},
		{"EZTK", 'a', 54, 54},
		{"FLWSECK", 'w', 20, 64},
		{"fio-u-", 'w', 64, 64},
		{"ico-", 'a', 32, 32},
		{"dnkey-", 'w', 70, 90},
		{"aio_", 'a', 28, 28},
		{"sq0atp-", 'w', 22, 22},
		{"sq0csp-", 'w', 43, 43},
		{"EAAA", 'w', 60, 60},
		{"tfp_", 'x', 59, 59},
		{"figd_", 'w', 38, 50},
		{"shippo_live_", 'h', 40, 40},
		{"shippo_test_", 'h', 40, 40},
		{"cio", 'a', 32, 40},
		{"pat-na1-", 'w', 36, 36},
		{"phc_", 'a', 40, 50},
		{"phx_", 'a', 40, 50},
		{"pcsk_", 'w', 60, 80},
	}
}

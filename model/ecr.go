package model

// ECRLifecycle is the rule of repositories that a2c makes: it keeps the last thirty images and drops what a failed push left after a week:
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
const ECRLifecycle = `{"rules":[{"rulePriority":1,"description":"what a failed push left","selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":7},"action":{"type":"expire"}},{"rulePriority":2,"description":"all but the last thirty","selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":30},"action":{"type":"expire"}}]}`

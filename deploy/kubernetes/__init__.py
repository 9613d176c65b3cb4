"""The platform on Kubernetes: a base, an overlay for each service, a site."""

"""What do we believe, in layers? Networks of torch as learners under the four laws; needs the extra `deep`."""

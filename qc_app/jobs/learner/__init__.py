"""The learner that all stages share: trained, watched, tuned."""

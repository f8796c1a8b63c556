"""Classes: learners an instructor teaches, who sees of them only figures of five or more, unless they share."""

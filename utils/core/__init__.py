"""What every room stands on: words of refusal, arrays and tensors, batches."""

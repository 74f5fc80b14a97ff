"""What each part of the method is worth: `nano` tuned with one part changed, several seeds each."""

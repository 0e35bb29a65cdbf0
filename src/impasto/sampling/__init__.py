"""From noise to pictures along levels of noise: schedules, spacings, samplers and guidance, for any denoiser."""

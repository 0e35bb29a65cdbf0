"""Sampling from any denoiser: noise schedules, the spacing of noise levels, samplers and guidance."""

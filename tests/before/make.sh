# Everything in the archive was made by version 0.1.0 with these commands.
set -e
python folder.py
impasto data prepare folder --out store --resolution 32 --workers 1 --duplicates keep
impasto data make landscapes --count 6 --resolution 32 --seed 1 --workers 1 --out world

train() {
    run=$1; shift
    impasto train "$@" --out runs/$run --steps 24 --batch 8 --seed 1 --set samples=0 --set keep=1 --set log_every=8 --set precision=fp32
    rm -rf runs/$run/tensorboard runs/$run/.lock runs/$run/.holder
    python round.py runs/$run
}
few="--set width=4 --set most=8 --set reader_width=4 --set discriminator_width=4 --set most_strided=8 --set ema=0"
block="--set width=16 --set condition=8 --set depth=1"
unet="--set channels=[16] --set attention=[] --set ema=0"
train vae vae store --preset tiny --set channels=[16,16] --set detail=[0,2] --set latent=4 --set ema=0
train space kl_autoencoder store --preset tiny --set ema=0
train codes vq_autoencoder store --preset tiny --set ema=0
train latents ddpm store --preset tiny --set autoencoder=runs/space $unet
train pixels ddpm store --preset tiny $unet
train edm ddpm store --preset edm --set grid=16 $unet
train flow flow_matching store --preset tiny $block --set ema=0.05 --set averages=2
train latent_flow latent_diffusion store --preset tiny --set autoencoder=runs/space $block --set ema=0
train tokens token_transformer store --preset tiny --set autoencoder=runs/codes $block --set ema=0
train colours token_transformer store --preset tiny $block --set ema=0
train paper migan store --preset tiny $few
train modern migan store --preset modern --set style=8 --set augment=false $few
train sketch spa_gan store --preset sketch --set blocks=1 $few
train photo spa_gan store --preset sketch --set task=photo --set source=day --set blocks=1 $few
train cnn cnn_gan store --preset tiny --set width=4 --set most=8 --set ema=0

paint() { folder=$1; shift; impasto paint "$@" --out pictures/$folder; rm pictures/$folder/contact-sheet.png; }
paint vae runs/vae --count 2 --seed 3 --set temperature=0.8
paint latents runs/latents --count 2 --seed 4 --category day --set guidance=2 --set steps=6 --set sampler=heun
paint pixels runs/pixels --count 2 --seed 5 --set steps=6 --set sampler=ancestral
paint shifted runs/pixels --count 1 --seed 6 --set steps=5 --set spacing=even --set shift=2
paint edm runs/edm --count 1 --seed 6 --set steps=5
paint ddim runs/pixels --count 1 --seed 6 --set steps=50 --set sampler=ddim
paint flow runs/flow --count 2 --seed 7 --category night --set guidance=1.5 --set guided_from=0.1 --set guided_to=0.9 --set steps=6 --set sampler=heun
paint latent_flow runs/latent_flow --count 1 --seed 8 --set steps=6 --set sampler=dpmpp
paint latent_euler runs/latent_flow --count 1 --seed 8 --set steps=6
paint tokens runs/tokens --count 2 --seed 9 --set top_k=50 --set top_p=0.9 --set guidance=1.5
paint colours runs/colours --count 1 --seed 9 --set temperature=0.7
paint paper runs/paper --count 2 --seed 10
paint modern runs/modern --count 2 --seed 11 --category day
paint sketch runs/sketch --count 2 --seed 12
paint traced runs/sketch --count 1 --seed 12 --set picture=photograph.png
paint cnn runs/cnn --count 2 --seed 13
impasto average runs/flow --length 0.1 --out runs/flow-0.1
paint average runs/flow-0.1 --count 1 --seed 7
paint landscape landscape --count 2 --resolution 64 --seed 14 --prompt "a boat on a calm lake below mountains at dusk" --set season=autumn
paint relit landscape --count 1 --resolution 64 --set scene=scene.json --set hour=18
paint aaron aaron --count 1 --resolution 96 --seed 15 --category jungle
paint fool painting_fool --count 1 --resolution 64 --seed 16 --set picture=photograph.png --set attempts=1 --set medium=pastel
impasto edit stylize photograph.png --with painting_fool --emotion joyful --seed 17 --size 64 --set attempts=1 --anyway --out pictures/edit/fool.png
impasto edit stylize photograph.png --with runs/photo --seed 18 --size 64 --out pictures/edit/photo.png
impasto edit stylize photograph.png --with runs/sketch --seed 19 --size 64 --out pictures/edit/sketch.png
paint shipped shipped/painter --count 2 --seed 0
paint impressionism shipped/painter --count 1 --seed 7 --category Impressionism --set guidance=2 --set steps=10
paint slow shipped/painter --count 1 --seed 8 --category Realism --set sampler=heun --set steps=6 --set spacing=karras
python old_recipe.py pictures/ddim/0000.png pictures/former/0000.png
impasto compare small.toml --store store --out comparison
impasto measure runs/vae --against store --count 50 --network handcrafted --out measured --json > measured.json
impasto data inspect store --out inspected --json > inspected.json

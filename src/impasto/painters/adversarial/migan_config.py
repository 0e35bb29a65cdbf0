"""Settings of MIGAN: its config, and what can be set when it paints. `migan_presets` holds the presets.

The paper gives, or forces by its equations and figures:
    - the latent split into z′ and independent codes (5), and the bound of their mutual information, weighted by λ (7);
    - λ = C - MS-SSIM (8, 9), without a value of C; 1 is the value for which λ vanishes where a cycle is closed;
    - multi-scale features of receptive fields 1, 3 and 5 side by side (10), scale and shift from shared semantic
      features (11), attention over positions with unscaled scores (12)-(14), then over channels (15)-(16);
    - a generator with leaky ReLU and without batch norm, and a discriminator of two scales;
    - the loss (17) with the absolute error of two cycles (18), an adversarial term with a gradient penalty (19), and
      the error of features at several depths, again of two cycles (20);
    - Adam with learning rates of 0.0001 and 0.0004, and batches of 32.

It leaves open, and here is chosen:
    - z′, the codes and the category: their numbers, and that c₁ is the category and real pictures teach it to B;
    - the maps of the cycles: A paints latents and B reads them back. (18) and (20) are written over pictures of two
      domains, which the paper's generator of noise does not have. `second_cycle` = 'pictures' comes nearest: it begins
      with a picture in either case, and both terms of both equations are means over H·W·C values and features φ of a
      picture. 'latents' closes the second cycle of (18) over z, which is cheaper, and has no second term in (20);
    - the five-pixel branch: the text says "combining two convolution kernels with ordinary convolution", which is
      nearest to 'stacked'; the heading, "cavity convolution", means dilated ones, which is 'dilated';
    - where attention sits (`attention_at`, 32 pixels), and that f, g and h keep all channels;
    - the adversarial loss: (1) and (2) are logarithmic; (19) is a plain mean of scores, with a gradient penalty, which
      is the loss of Gulrajani et al. 2017. From there come the penalty's weight of 10 and β = (0, 0.9);
    - η of (17) and the network φ of (20), the weight of the labels, widths, and initialisation;
    - that λ as the factor of the bound has no gradient.
"""

from __future__ import annotations

from typing import Literal

from impasto.config import Field, InputPicture, config
from impasto.contract import PainterConfig, PaintSettings
from impasto.painters.adversarial.migan_stage import FivePixelBranch
from impasto.painters.adversarial.objectives import Objective
from impasto.painters.bounds import Beta

__all__ = ["MiganConfig", "MiganSettings"]


@config
class MiganConfig(PainterConfig):
    """Settings of `Migan`; the defaults are the paper's where it gives a value, and equations have its numbers.

    Where the text has two readings, the defaults are those of earlier versions, and the preset 'paper' has the nearest.

    A is the generator, B the encoder that reads the latent codes back from a picture, D the discriminator, K the
    network of semantic features.

    Attributes:
        generator: Kind of A: 'plain' is the paper's, without normalisation; 'light' has group norm before SFT in each
            stage, and the channels of each stage from 32 pixels up are weighed by what the stage of an eighth of its
            side shows (skip excitation, Liu et al. 2021).
        ams: Whether A has multi-scale features (AMS), equation (10).
        sft: Whether A has spatial feature transforms (SFT), equation (11).
        sa: Whether A has spatial attention (SA), equations (12)-(14).
        eca: Whether A has channel attention (ECA), equations (15)-(16).
        attention_at: Side in pixels of the feature map of A that has attention.
        attention_reduction: f and g of SA, equation (12), have so many times fewer channels than the feature map; 8 in
            Zhang et al. 2019.
        attention_scaled: Whether the scores of SA are divided by the root of the number of channels of f and g.
        five_pixel_branch: How AMS reaches a receptive field of 5 pixels: with one 'dilated' 3×3 convolution, or with
            two 'stacked' ones.
        ams_half_from: Side in pixels from which up the two convolutions of AMS have half of the stage's channels; null
            for no side.
        sft_max_side: Largest side in pixels at which scale and shift of SFT are computed; in larger stages they are
            enlarged. null computes them at each stage's size.
        fused: Whether A builds no enlarged maps, by transposed convolutions with sums of the same weights, and no
            concatenated ones: less time, and the same pictures but for rounding.
        condition: What the semantic features of SFT are computed from: 'none' takes the latent codes; 'sketch' the
            sketch of a given picture, which is then painted over. In training half of the sketches, chosen at random,
            are blank, so that A can also paint without one.
        style_dims: Dimensions of the unconstrained part z′ of the latent vector.
        unlabelled_classes: Number of values of the categorical code c₁ where the pictures have no categories.
        factors: Number of uniform codes c₂ … c_K.
        width: Channels of A at full resolution; doubled with each halving, up to `max_width`.
        max_width: Largest number of channels in A.
        semantic_width: Channels of K.
        encoder_width: Channels of B at full resolution.
        discriminator_width: Channels of D at full resolution.
        max_strided_width: Largest number of channels in B and D.
        shared_trunk: Whether the two scales of D share their first layers.
        factor_constant: C of λ = C - MS-SSIM, equation (8).
        factor_cycles: Which cycles' content loss λ multiplies: 'both' as in (17), or only the 'first', that of real
            pictures, whose similarity λ measures; the second then counts with the weight 1.
        factor_gradient: Whether the gradient flows through λ as a factor of the content loss; with both factors of the
            product it vanishes with the square of the error.
        content_weight: Weight of the content loss λ·L_MS; 1 is equation (17).
        perceptual_weight: η of equation (17), the weight of the perceptual loss; null sets it after the first step so
            that the perceptual loss is a tenth of L_MS.
        perceptual_features: Network whose features the perceptual loss compares: 'squeezenet' (pretrained), the
            'discriminator', or 'auto' for the first where its weights are installed, else the second.
        label_weight: Weight of the cross-entropy of the real pictures' categories.
        information_weight: Weight of the mutual-information term λ·I_bound; 1 is equation (7).
        bound_weight: What weighs the bound I_bound: the 'factor' λ as in (7), times `information_weight`; or that
            alone, 'constant', because λ switches mutual information off as reconstructions get better.
        reuse_fakes: Whether the pictures that A paints for D's update also serve its own, which is faster; otherwise A
            paints new ones.
        second_cycle: What the second cycle of (18) and (20) closes over: 'latents', z → A → B, whose error is that of
            z and which has no perceptual term; or 'pictures', A(z) → B → A, which costs another pass through A.
        cycle_every: Cycles of pictures through B and A are computed in every so many-th step; in the others λ = C.
        critic: Kind of D: 'dual' is the paper's, 'projected' puts small heads on a pretrained network, 'auto' is
            'projected' where the weights of that network are installed and the objective is not 'wasserstein', which
            needs `critic_norm` = 'spectral' there; else 'dual'.
        critic_width: Channels of the heads on the pretrained network, with a projected critic.
        critic_norm: Normalisation of the heads' weights, with a projected critic: 'none', or 'spectral' (Miyato et al.
            2018), which bounds how fast their scores change.
        critic_min_side: Side in pixels that smaller pictures are enlarged to for the pretrained network.
        objective: Loss on the scores of D; 'wasserstein' comes nearest to (19), 'relativistic' compares each real
            picture with a painted one.
        augment: Whether D sees all pictures with random colours, shifts and holes (Zhao et al. 2020), which keeps it
            from memorising small collections.
        penalty_weight: Weight of the gradient penalty, with a dual critic. With an objective other than 'wasserstein'
            the penalty is R₁ + R₂, and half of the weight is the γ of R3GAN (Huang et al. 2024).
        penalty_every: The gradient penalty is computed in every so many-th step, and multiplied by this number there.
        lr: Learning rate of A and B.
        discriminator_lr: Learning rate of D.
        betas: Decay rates of Adam's first and second moments, for all networks.
        warmup: Steps over which both learning rates rise. With the full rate from the start, a generator without
            normalisation may paint all black before it has learned anything, where tanh has no gradient.
    """

    generator: Literal["plain", "light"] = "plain"
    ams: bool = True
    sft: bool = True
    sa: bool = True
    eca: bool = True
    attention_at: int = Field(default=32, ge=4, le=2048)
    attention_reduction: int = Field(default=1, ge=1, le=64)
    attention_scaled: bool = False
    five_pixel_branch: FivePixelBranch = "dilated"
    ams_half_from: int | None = Field(default=None, ge=4, le=2048)
    sft_max_side: int | None = Field(default=None, ge=4, le=2048)
    fused: bool = False
    condition: Literal["none", "sketch"] = "none"
    style_dims: int = Field(default=128, ge=1, le=4096)
    unlabelled_classes: int = Field(default=10, ge=2, le=1000)
    factors: int = Field(default=4, ge=0, le=256)
    width: int = Field(default=64, ge=4, le=1024)
    max_width: int = Field(default=512, ge=4, le=2048)
    semantic_width: int = Field(default=32, ge=1, le=512)
    encoder_width: int = Field(default=32, ge=4, le=1024)
    discriminator_width: int = Field(default=64, ge=4, le=1024)
    max_strided_width: int = Field(default=512, ge=4, le=2048)
    shared_trunk: bool = False
    factor_constant: float = Field(default=1.0, ge=0, le=10)
    factor_cycles: Literal["both", "first"] = "both"
    factor_gradient: bool = True
    content_weight: float = Field(default=1.0, ge=0, le=1000)
    perceptual_weight: float | None = Field(default=None, ge=0, le=1e6)
    perceptual_features: Literal["auto", "squeezenet", "discriminator"] = "auto"
    label_weight: float = Field(default=1.0, ge=0, le=1000)
    information_weight: float = Field(default=1.0, ge=0, le=1000)
    bound_weight: Literal["factor", "constant"] = "factor"
    reuse_fakes: bool = False
    second_cycle: Literal["latents", "pictures"] = "latents"
    cycle_every: int = Field(default=1, ge=1, le=1000)
    critic: Literal["dual", "projected", "auto"] = "dual"
    critic_width: int = Field(default=64, ge=4, le=1024)
    critic_norm: Literal["none", "spectral"] = "none"
    critic_min_side: int = Field(default=64, ge=48, le=512)
    objective: Objective = "wasserstein"
    augment: bool = False
    penalty_weight: float = Field(default=10.0, ge=0, le=1000)
    penalty_every: int = Field(default=1, ge=1, le=1000)
    lr: float = Field(default=1e-4, gt=0, le=1)
    discriminator_lr: float = Field(default=4e-4, gt=0, le=1)
    betas: tuple[Beta, Beta] = (0.0, 0.9)
    warmup: int = Field(default=0, ge=0, le=1_000_000)


@config
class MiganSettings(PaintSettings):
    """How a picture is painted.

    Attributes:
        picture: Picture whose sketch is painted over, for a painter trained with `condition` = 'sketch'.
    """

    picture: InputPicture | None = None

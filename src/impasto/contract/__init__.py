"""The base classes of learners and painters, and what training and painting pass to them.

Shapes, everywhere in `impasto`:
    N  pictures of a batch          L  categories (at least 1)
    H, W  height and width          F  frames of a clip
    C  channels of a feature map    D  dimensions of a latent or feature vector

Pictures are RGB tensors (N, 3, H, W), float, in [-1, 1]; clips are (N, F, 3, H, W) in the same range.
"""

from impasto.contract.abilities import (
    Aligns,
    Animates,
    Answers,
    Completes,
    Decodes,
    Denoises,
    Encodes,
    Enlarges,
    Examines,
    ExportsToDiffusers,
    HasCodes,
    HasLatents,
    HasLikelihood,
    HasStyles,
    InfersLatents,
    Instructs,
    Inverts,
    Judges,
    ReadsHands,
    ReadsLight,
    Reconstructs,
    Restores,
    Stylizes,
    TakesGuide,
    Tokenizes,
)
from impasto.contract.condition import Condition
from impasto.contract.data import Data
from impasto.contract.hand_reading import HandReading
from impasto.contract.instruction import Instruction, parts_to_learn
from impasto.contract.learner import Learner, PainterConfig
from impasto.contract.light_reading import LightReading
from impasto.contract.noise import BatchNoise, Noise, PictureNoise, Variation
from impasto.contract.painted import Painted
from impasto.contract.painter import Painter, PaintSettings, file_settings
from impasto.contract.turns import Batch, Player, Schedule, Turn, constant, cosine

__all__ = [
    "Aligns",
    "Animates",
    "Answers",
    "Batch",
    "BatchNoise",
    "Completes",
    "Condition",
    "Data",
    "Decodes",
    "Denoises",
    "Encodes",
    "Enlarges",
    "Examines",
    "ExportsToDiffusers",
    "HandReading",
    "HasCodes",
    "HasLatents",
    "HasLikelihood",
    "HasStyles",
    "InfersLatents",
    "Instruction",
    "Instructs",
    "Inverts",
    "Judges",
    "Learner",
    "LightReading",
    "Noise",
    "PaintSettings",
    "Painted",
    "Painter",
    "PainterConfig",
    "PictureNoise",
    "Player",
    "ReadsHands",
    "ReadsLight",
    "Restores",
    "Reconstructs",
    "Schedule",
    "Stylizes",
    "TakesGuide",
    "Tokenizes",
    "Turn",
    "Variation",
    "constant",
    "cosine",
    "file_settings",
    "parts_to_learn",
]

"""The split that a folder of pictures comes with: in folders such as `train` and `test`, or in a column `split`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from impasto.data.labelling import SPLIT_COLUMN, Labels
from impasto.data.path_levels import SPLIT_NAMES
from impasto.data.remarks import Remark, listed_names
from impasto.data.selecting import Selection
from impasto.errors import DataError
from impasto.names import folded
from impasto.pages.numbers import counted
from impasto.spelling import option

__all__ = ["GivenSplit", "given_split"]


@dataclass(frozen=True)
class GivenSplit:
    """The split of pictures as their owner made it.

    Attributes:
        source: Where it stands, as the subject of a sentence in the plural; '' where there is none.
        splits: 'train', 'test' or 'val' of each file.
        remarks: What is to be said about pictures that it leaves open.
    """

    source: str = ""
    splits: dict[str, str] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    def of(self, files: Sequence[str]) -> list[str]:
        """The split of each of the files that are kept.

        Raises:
            DataError: When none of them is to train on.
        """
        splits = [self.splits[file] for file in files]
        if "train" not in splits:
            raise DataError(
                f"{self.source} leave no picture to train on that can be used. Mend them, or mix and split again with "
                f"{option('split', 'anew')}."
            )
        return splits

    def remarks_on(self, selection: Selection) -> list[Remark]:
        """What is to be said about the split of the pictures that are kept."""
        if not self.source:
            return self.remarks
        files = [fact["file"] for fact in selection.facts]
        counts = Counter(self.of(files))
        numbers = ", ".join(f"{counts[name]:,} {name}" for name in ("train", "test", "val") if counts[name])
        unused = " Those of val are for choosing: neither trained on nor tested with." if counts["val"] else ""
        message = (
            f"{self.source} are kept as they are: {numbers}.{unused} To mix and split again: {option('split', 'anew')}."
        )
        kept = Remark("split kept", message, len(files), "remark")
        return [kept, *self.remarks, *self._leaks(files, selection.groups)]

    def _leaks(self, files: Sequence[str], groups: Sequence[int]) -> list[Remark]:
        """Say how many pictures to test with have a duplicate to train on."""
        trained = {group: file for file, group in zip(files, groups, strict=True) if self.splits[file] == "train"}
        others = zip(files, groups, strict=True)
        leaks = [(file, trained[group]) for file, group in others if self.splits[file] != "train" and group in trained]
        if not leaks:
            return []
        count = len(leaks)
        message = (
            f"{counted(count, 'duplicate', 'duplicates')} of pictures of train, exact or near, "
            f"{'stands' if count == 1 else 'stand'} in test or val, such as {leaks[0][0]!r} of {leaks[0][1]!r}. They "
            f"stay; what is measured will look better than it is. {option('split', 'anew')} keeps duplicates together."
        )
        return [Remark("duplicates across splits", message, count)]


def given_split(files: Sequence[str], labels: Labels) -> GivenSplit:
    """The split that the pictures come with, if any: that of the column `split`, else that of folders.

    Pictures that it leaves open are trained on. Where nothing is kept for tests, what is kept for validation is.

    Args:
        files: Names of all pictures.
        labels: Their labels and folders.
    """
    values = labels.column(SPLIT_COLUMN, files)
    if any(values):
        by_value = {value: SPLIT_NAMES.get(folded(value)) for value in sorted({value for value in values if value})}
        splits = [by_value[value] if value else None for value in values]
        if _parts(splits):
            return _complete("The splits of the metadata's column 'split'", files, splits)
        message = (
            f"The column 'split' of the metadata has {listed_names(by_value)}, not train and test or val; "
            "it was not taken for the split."
        )
        return GivenSplit(remarks=[Remark("split not understood", message, len(by_value))])
    splits = [labels.levels.split_of(file) for file in files]
    if labels.levels.split is not None and _parts(splits):
        names = sorted({name for file in files if (name := labels.levels.split_folder_of(file))})
        return _complete(f"The folders {listed_names(names)}", files, splits)
    return GivenSplit()


def _parts(splits: Sequence[str | None]) -> bool:
    """Whether there are pictures to train on, and others."""
    return "train" in splits and len({split for split in splits if split}) > 1


def _complete(source: str, files: Sequence[str], splits: Sequence[str | None]) -> GivenSplit:
    """The split with a place for every picture."""
    remarks = []
    if "test" not in splits:
        splits = ["test" if split == "val" else split for split in splits]
        message = "There is no test split, so that the pictures of val are tested with."
        remarks.append(Remark("val taken as test", message, splits.count("test"), "remark"))
    outside = [file for file, split in zip(files, splits, strict=True) if split is None]
    if outside:
        what = counted(len(outside), "picture stands in no split and is", "pictures stand in no split and are")
        message = f"{what} trained on, such as {outside[0]!r}."
        remarks.append(Remark("pictures in no split", message, len(outside)))
    return GivenSplit(source, {file: split or "train" for file, split in zip(files, splits, strict=True)}, remarks)

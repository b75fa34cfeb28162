"""What is still read, and the sentences that several readers share."""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024
SAVE_AS = "请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传"
WANTED = "请上传 Excel（.xlsx、.xls、.et）或 CSV 文件"
DAMAGED = f"文件已损坏，读不出来，{SAVE_AS}"
LOCKED = "文件设有密码，请先在 Excel 或 WPS 里取消密码（文件 → 信息 → 保护工作簿），保存后再上传"


@dataclass(frozen=True)
class Limits:
    """What is still read. `cells` counts the full rectangle of a sheet; `unpacked` is bytes after decompression."""

    bytes: int = 20 * MEGABYTE
    rows: int = 100_000
    cells: int = 8_000_000
    unpacked: int = 400 * MEGABYTE

    def exceeded_by(self, extent: tuple[int, int]) -> bool:
        """Whether a sheet of `extent` (rows, columns) is too large."""
        return extent[0] > self.rows or extent[0] * extent[1] > self.cells

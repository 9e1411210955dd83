"""Drive's refusals: each with its code, its reason, what is said, and the parameter to blame."""

from __future__ import annotations

from typing import NamedTuple

from .refusal import Refusal


class Said(NamedTuple):
    code: int
    reason: str
    message: str
    place: str = ""
    domain: str = "global"

    def __call__(self, *names: str) -> Refusal:
        """The refusal, with these names in its sentence."""
        message = self.message.format(*names)
        return Refusal(self.code, message, reason=self.reason, place=self.place.format(*names), domain=self.domain)


NO_FILE = Said(404, "notFound", "File not found: {}.", "fileId")
NO_PERMISSION = Said(404, "notFound", "Permission not found: {}.", "permissionId")
NO_SHARED_DRIVE = Said(404, "notFound", "Shared drive not found: {}")
# What a caller gets who may see the file and not do this with it.
NOT_ALLOWED = Said(403, "insufficientFilePermissions", "The user does not have sufficient permissions for file {}.")
NO_STORAGE = Said(
    403, "storageQuotaExceeded", "The user's Drive storage quota has been exceeded.", domain="usageLimits"
)
INVALID_VALUE = Said(400, "invalid", "Invalid Value", "{}")
NEEDS_FIELDS = Said(400, "required", "The 'fields' parameter is required for this method.", "fields")
# files
NOT_WRITABLE = Said(403, "fieldNotWritable", "The resource body includes fields which are not directly writable.")
PARENTS_NOT_WRITABLE = Said(
    403,
    "fieldNotWritable",
    "The parents field is not directly writable in update requests. Use the addParents and removeParents parameters "
    "instead.",
)
ANOTHER_PARENT = Said(403, "cannotAddParent", "Increasing the number of parents is not allowed")
OWN_PARENT = Said(403, "cannotAddParent", "A folder cannot be its own parent.")
NO_FOLDER = Said(403, "parentNotAFolder", "The specified parent is not a folder.")
OTHER_TYPE = Said(400, "badRequest", "Invalid mime type provided")
PROPERTY_TOO_LONG = Said(
    403,
    "propertyKeyAndValueTooLong",
    "The maximum number of bytes for a property (key and value together) is 124.",
)
TOO_MANY_PROPERTIES = Said(403, "tooManyProperties", "The maximum number of private properties per file is 30.")
NOT_DOWNLOADABLE = Said(
    403,
    "fileNotDownloadable",
    "Only files with binary content can be downloaded. Use Export with Docs Editors files.",
)
NOT_COPYABLE = Said(403, "cannotCopyFile", "This file cannot be copied by the user.")
NOT_EXPORTABLE = Said(403, "fileNotExportable", "Export only supports Docs Editors files.")
NO_CONVERSION = Said(400, "badRequest", "The requested conversion is not supported.", "convertTo")
# permissions
PERMISSION_NEEDS = Said(400, "required", "The permission {} field is required.")
NO_SUCH = Said(400, "invalid", "The specified {} is invalid.")
NOT_FOR_TYPE = Said(400, "invalid", "The specified {} is invalid or not applicable for the given permission type.")
NOT_FOR_FILE = Said(400, "invalid", "The specified view is invalid or not applicable for the given file.")
READERS_ONLY = Said(400, "invalid", "The published view only supports the reader role.")
SHARED_DRIVES_ONLY = Said(
    403, "invalidSharingRequest", "The specified role is only applicable to items in shared drives."
)
NEEDS_TRANSFER = Said(
    403, "forbidden", "The transferOwnership parameter must be enabled when the permission role is 'owner'."
)

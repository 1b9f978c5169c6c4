"""Why a test that passes with the peer does not pass with us. An entry whose test passes is an error."""

from __future__ import annotations

__all__ = ["EXPLAINED", "reason"]

_INVALID = "sets a value that its schema forbids, which we refuse at once and the peer only at save: "
_PRIVATE = "asks for a private part of the peer: "
_SAID = "asks for the words of an error or a log, and ours say it in others: "
_RULE = "asks for what we do otherwise, on purpose: "
_DEPRECATED = "asks for from_science_raw or from_tvac_raw, which the peer deprecates: create_from_model does it"

# Part of a test's name -> reason.
ROMANCAL = {
    "test_migration.py::test_old_open_model": _PRIVATE + "model._asdf",
    "test_regtestdata.py::test_model_difference": _PRIVATE + "the name roman_datamodels._stnode in a report",
    "test_photom.py::test_no_photom_match": _INVALID + "pixelareasr of a grism is null",
    "test_photom.py::test_apply_photom": _INVALID + "pixelareasr of a grism is null",
    "test_resample.py::test_custom_wcs_input_small_overlap_no_rotation": _INVALID
    + "rotation_matrix is 2 x 2, the step gives it as four numbers in a row (a defect of the step)",
    "test_resample_step.py::test_populate_mosaic_metadata": _INVALID + "observation_id is a text, the test gives 0",
}

RDM = {
    "test_schema.py": _PRIVATE + "the builders that make nodes of schemas",
    "::test_tag_has_node_class[": _PRIVATE + "_pattern, and the tag in the docstring of a class",
    "::test_node_classes_available_via_stnode[": _PRIVATE + "that all classes stand in the module _stnode",
    "::test_model_asdf_operations[": _PRIVATE + "_instance, set to a node, and _asdf",
    "::test_create_tag[": _PRIVATE + "_read_tag, which we have only for tags that are not the newest",
    "::test_datamodel_construct_like_from_like[": _PRIVATE + "_iscopy",
    "::test_science_raw_missing_required": _PRIVATE + "_data",
    "::test_path_input": _PRIVATE + "_asdf",
    "::test_patch_filename[": _PRIVATE + "_patch_meta_filename",
    "::test_ref_file_mixin": _PRIVATE
    + "RefFile of RAD 1.x without a version; ours is the newest, which has no such default",
    "::test_schema_info": _PRIVATE + "WfiMode of RAD 1.x without a version; ours is the newest",
    "::test_datamodel_schema_info_existence[": _RULE
    + "model.meta[key] is a node as model.meta.key is, so the test looks into what it means to leave out",
    "::test_dnode_unwrapping[": _RULE + "node[key] and node.key are one object, and a node",
    "::test_lnode_unwrapping[": _RULE + "a node that is given is kept itself",
    "::test_slotted[": _RULE + "nodes have a __dict__, where Python finds their children without running our code",
    "::test_node_representation": _RULE + "repr names the class",
    "::test_filename_matches_meta[": _RULE + "a file that was renamed is told, and its model not edited",
    "::test_read_pattern_properties": _RULE + "asdf's global settings are not inherited; open(..., validate=True) asks",
    "::test_memmap": _RULE + "no file is changed in place",
    "::test_array_storage_override[external]": _RULE + "a file holds all of its arrays",
    "::test_create_from_model_dict": _RULE + "one class of a family, tagged or not",
    "::test_create_from_model_old_tags": _RULE + "one class of a family, tagged or not",
    "::test_wfi_wcs_from_wcsmodel": _RULE + "what a schema describes is of a class of its own",
    "::test_l2_compression": _RULE + "asdf.open gives NumPy arrays in nodes, not asdf's stand-ins for them",
    "::test_core_schema": _INVALID + "telescope",
    "::test_add_model_attribute": _INVALID + "data is a text",
    "::test_node_assignment": _INVALID + "read_pattern is a list of lists",
    "test_models.py::test_no_hidden[": _SAID + "a private attribute cannot be set",
    "test_stnode.py::test_no_hidden[": _SAID + "a private attribute cannot be set",
    "::test_list_node_no_new_attributes[": _SAID + "a list has no attributes",
    "::test_wfi_wcs_no_wcs": _SAID + "an image without WCS",
    "::test_rdm_open_non_datamodel": _SAID + "a file of another kind",
    "::test_rdm_open_asdf": _SAID + "a file of another kind",
    "::test_ramp_from_science_raw[": _DEPRECATED,
    "::test_science_raw_from_tvac_raw": _DEPRECATED,
    "::test_rampmodel_from_science_raw[": _DEPRECATED,
}

_UNKNOWN = "sets conversion_microjanskys, which no schema has, and is warned of (a defect of the simulator)"

ROMANISIM = {
    "test_image.py::test_image_input": _UNKNOWN,
    "test_image.py::test_psftypes_location[galsim]": _UNKNOWN,
}

EXPLAINED: dict[str, dict[str, str]] = {
    "rdm": RDM,
    "romancal": ROMANCAL,
    "romanisim": ROMANISIM,
    "jdaviz": {},
    "astrocut": {},
}


def reason(table: dict[str, str], test: str) -> str | None:
    """Return the reason for a test, or None."""
    return next((text for name, text in table.items() if name in test), None)

# What tools/fonts.py makes of GNU Unifont (included by the top CMakeLists.txt):
#
#   PARLEY_FONT_KERNEL, PARLEY_FONT_NARROW, PARLEY_UNICODE   sources for the kernel and the tty
#   PARLEY_KEYMAPS   a source for the tty: tools/keymaps.py's
#   boot/cjk.font   the data module, with the font's licence beside it

set(PARLEY_FONT_KERNEL ${PARLEY_GENERATED}/pixels_font.c)
set(PARLEY_FONT_NARROW ${PARLEY_GENERATED}/font_narrow.c)
set(PARLEY_UNICODE ${PARLEY_GENERATED}/unicode_tables.c)
set(PARLEY_FONT_WIDE ${PARLEY_BOOT_DIR}/cjk.font)
set(PARLEY_FONT_LICENCE ${PARLEY_BOOT_DIR}/FONT-LICENCE.txt)
add_custom_command(
    OUTPUT ${PARLEY_FONT_KERNEL} ${PARLEY_FONT_NARROW} ${PARLEY_UNICODE} ${PARLEY_FONT_WIDE} ${PARLEY_FONT_LICENCE}
    COMMAND ${PARLEY_PYTHON} ${tools}/fonts.py --kernel ${PARLEY_FONT_KERNEL} --narrow ${PARLEY_FONT_NARROW}
        --unicode ${PARLEY_UNICODE} --wide ${PARLEY_FONT_WIDE}
    COMMAND ${CMAKE_COMMAND} -E copy ${tools}/OFL.txt ${PARLEY_FONT_LICENCE}
    DEPENDS ${tools}/fonts.py ${tools}/OFL.txt
    COMMENT "fonts")
set(PARLEY_KEYMAPS ${PARLEY_GENERATED}/keymaps.c)
add_custom_command(
    OUTPUT ${PARLEY_KEYMAPS}
    COMMAND ${PARLEY_PYTHON} ${tools}/keymaps.py ${PARLEY_KEYMAPS}
    DEPENDS ${tools}/keymaps.py
    COMMENT "keyboard layouts")
add_custom_target(fonts ALL DEPENDS ${PARLEY_FONT_KERNEL} ${PARLEY_FONT_WIDE} ${PARLEY_KEYMAPS})
set_property(GLOBAL APPEND PROPERTY PARLEY_MODULES fonts)

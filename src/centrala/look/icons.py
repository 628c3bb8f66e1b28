"""The icons: 20 x 20, drawn in the colour of the text around them. Each value is what stands inside the <svg>."""

ICONS: dict[str, str] = {
    "mark": '<rect x="2.25" y="2.25" width="15.5" height="15.5" rx="4.5"/><circle cx="6.8" cy="6.8" r="1.5" '
    'fill="currentColor" stroke="none"/><circle cx="13.2" cy="13.2" r="1.5" fill="currentColor" stroke="none"/>'
    '<path d="M6.8 6.8c0 9 6.4-2.6 6.4 6.4"/>',
    "chat": '<path d="M3 5.5A2.5 2.5 0 0 1 5.5 3h9A2.5 2.5 0 0 1 17 5.5v6a2.5 2.5 0 0 1-2.5 2.5H9l-3.8 3v-3'
    'A2.4 2.4 0 0 1 3 11.6z"/><path d="M6.5 7h7M6.5 10h4.5"/>',
    "sliders": '<path d="M3 6h7.5M14.5 6H17M3 14h2.5M9.5 14H17"/><circle cx="12.5" cy="6" r="2"/>'
    '<circle cx="7.5" cy="14" r="2"/>',
    "phone": '<path d="M6.2 3h1.5l1.4 3.6-1.8 1.5c.9 2 2.5 3.6 4.5 4.5l1.6-1.7 3.6 1.4v1.6A2.1 2.1 0 0 1 14.8 17'
    'C8.6 16.7 3.3 11.4 3 5.2A2.1 2.1 0 0 1 5.1 3z"/>',
    "microphone": '<rect x="7.2" y="2.5" width="5.6" height="9.5" rx="2.8"/>'
    '<path d="M4.5 9.5a5.5 5.5 0 0 0 11 0M10 15v2.5M7 17.5h6"/>',
    "headphones": '<path d="M3.5 13.5V10a6.5 6.5 0 0 1 13 0v3.5"/>'
    '<rect x="3" y="11.5" width="3.6" height="5" rx="1.4"/><rect x="13.4" y="11.5" width="3.6" height="5" rx="1.4"/>',
    "keypad": '<path d="M5 4.5v.01M10 4.5v.01M15 4.5v.01M5 10v.01M10 10v.01M15 10v.01M5 15.5v.01M10 15.5v.01'
    'M15 15.5v.01" stroke-width="2.6"/>',
    "hold": '<path d="M7 4.5v11M13 4.5v11" stroke-width="2.2"/>',
    "pulse": '<path d="M2.5 10.5h3l2.2-6 4 11 2.3-5h3.5"/>',
    "channels": '<path d="M10 3v4M10 7l-5 4M10 7l5 4"/><circle cx="10" cy="3.8" r="1.3"/><rect x="2.5" y="11.5" '
    'width="5" height="5" rx="1.2"/><rect x="12.5" y="11.5" width="5" height="5" rx="1.2"/>',
    "find": '<circle cx="8.8" cy="8.8" r="5.3"/><path d="m12.8 12.8 4.2 4.2"/>',
    "send": '<path d="M3 3.6 17.2 10 3 16.4l2.1-6.4zM5.1 10h6"/>',
    "copy": '<rect x="7" y="6.5" width="9.5" height="10.5" rx="1.8"/><path d="M13 6.3V4.8A1.8 1.8 0 0 0 11.2 3H5.3'
    'A1.8 1.8 0 0 0 3.5 4.8v7.4A1.8 1.8 0 0 0 5.3 14h1.5"/>',
    "plus": '<path d="M10 4v12M4 10h12"/>',
    "change": '<path d="M4 7.5h10M11 4.5l3 3-3 3M16 12.5H6M9 9.5l-3 3 3 3"/>',
    "check": '<path d="m4 10.5 4 4 8-9"/>',
    "checks": '<path d="m1.8 10.6 3.7 3.9 6.8-8.6M9.2 13.2l1.3 1.3 7.7-8.6"/>',
    "clock": '<circle cx="10" cy="10" r="7"/><path d="M10 6v4.2l2.8 1.8"/>',
    "up": '<path d="M10 16.5v-12M5.2 9.2 10 4.4l4.8 4.8"/>',
    "down": '<path d="M10 3.5v12M5.2 10.8 10 15.6l4.8-4.8"/>',
    "alert": '<path d="M10 3.2 17.6 16.5H2.4z"/><path d="M10 8.4v3.7M10 14.2v.1"/>',
    "question": '<circle cx="10" cy="10" r="7.2"/>'
    '<path d="M7.9 8.1a2.1 2.1 0 1 1 3 1.9c-.6.3-.9.7-.9 1.4M10 13.7v.1"/>',
    "info": '<circle cx="10" cy="10" r="7.2"/><path d="M10 9.2v4.3M10 6.5v.1"/>',
    "ring": '<circle cx="10" cy="10" r="5.5" stroke-width="2.4"/>',
    "dot": '<circle cx="10" cy="10" r="6.5" fill="currentColor" stroke="none"/>',
    "square": '<rect x="4" y="4" width="12" height="12" rx="2.5"/><path d="m7 10.2 2.2 2.2L13 8"/>',
    "back": '<path d="M12.5 4 6.5 10l6 6"/>',
    "next": '<path d="m7.5 4 6 6-6 6"/>',
    "person": '<circle cx="10" cy="6.8" r="3.3"/><path d="M3.8 17c.5-3.4 3-5.2 6.2-5.2s5.7 1.8 6.2 5.2"/>',
    "out": '<path d="M8 3.5H5.5a2 2 0 0 0-2 2v9a2 2 0 0 0 2 2H8M12.5 6.2l3.8 3.8-3.8 3.8M7.8 10h8.3"/>',
    "plug": '<path d="M7 3v3.5M13 3v3.5M4.8 6.5h10.4V9a5.2 5.2 0 0 1-10.4 0zM10 14.2V17.5"/>',
    "more": '<path d="M4.5 10v.01M10 10v.01M15.5 10v.01" stroke-width="2.6"/>',
    "cross": '<path d="m5 5 10 10M15 5 5 15"/>',
    "lock": '<rect x="4" y="9" width="12" height="8" rx="1.8"/><path d="M6.8 9V6.4a3.2 3.2 0 0 1 6.4 0V9"/>',
    "key": '<circle cx="7" cy="13" r="3.8"/><path d="m9.8 10.2 6.7-6.7M13.5 6.5l2.5 2.5"/>',
    "log": '<path d="M5.5 3h9v14h-9zM8 7h4M8 10h4M8 13h2.5"/>',
    "bolt": '<path d="M11.2 2.5 4.5 11.4h4.6l-.9 6.1 6.8-9h-4.7z"/>',
    "bell": '<path d="M10 3a5 5 0 0 0-5 5c0 4-1.6 5.5-1.6 5.5h13.2S15 12 15 8a5 5 0 0 0-5-5z'
    'M8.4 16a1.8 1.8 0 0 0 3.2 0"/>',
    "tag": '<path d="M3 4.6A1.6 1.6 0 0 1 4.6 3h5.2a2 2 0 0 1 1.4.6l5.3 5.3a2 2 0 0 1 0 2.8l-4.8 4.8a2 2 0 0 1-2.8 0'
    'L3.6 11.2A2 2 0 0 1 3 9.8z"/><circle cx="7" cy="7" r="1.2"/>',
    "building": '<path d="M4 17V4.5A1.5 1.5 0 0 1 5.5 3h6A1.5 1.5 0 0 1 13 4.5V17M13 8.5h1.5A1.5 1.5 0 0 1 16 10v7'
    'M2.5 17h15M7 6.5h3M7 9.5h3M7 12.5h3"/>',
    "people": '<circle cx="7.5" cy="7" r="2.8"/><path d="M2.2 16.5c.4-3 2.5-4.6 5.3-4.6s4.9 1.6 5.3 4.6'
    'M12.8 4.4a2.8 2.8 0 0 1 0 5.2M14.6 12.2c1.8.6 2.9 2 3.2 4.3"/>',
    "table": '<rect x="2.8" y="3.5" width="14.4" height="13" rx="1.8"/><path d="M2.8 8h14.4M8 8v8.5M2.8 12.2h14.4"/>',
    "program": '<rect x="2.8" y="3.5" width="14.4" height="13" rx="1.8"/>'
    '<path d="M2.8 7h14.4M6.5 10l2 2-2 2M10.5 14h3"/>',
    "stethoscope": '<path d="M5 3H3.5v4.5a3.5 3.5 0 0 0 7 0V3H9M7 11v1.5a4 4 0 0 0 8 0v-2"/>'
    '<circle cx="15" cy="8.5" r="2"/>',
    "inbox": '<path d="M3 11.5 5 4.6A1.6 1.6 0 0 1 6.5 3.5h7A1.6 1.6 0 0 1 15 4.6l2 6.9v3.4a1.6 1.6 0 0 1-1.6 1.6'
    'H4.6A1.6 1.6 0 0 1 3 14.9zM3 11.5h4.2c.3 1.6 1.3 2.4 2.8 2.4s2.5-.8 2.8-2.4H17"/>',
    "megaphone": '<path d="M3 8.2v3.6h2.6l8.4 3.7V4.5L5.6 8.2zM6.4 12.2l.9 4.3h2.2l-.7-3.2M16.4 8.4v3.2"/>',
}

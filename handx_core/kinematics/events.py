"""Kinematic events: intervals in which a descriptor keeps one state or makes one change of state.

What belongs here: turning a motion into the events JSON. What does not: the descriptors (`descriptors`, `contacts`),
the cutting of one curve into intervals (`segments`), and any wording for people (`captioning`).

The JSON keeps the names of HandX (CVPR 2026) and is valid against `prompts/events.schema.json`, which lists every key
and word. In short, with F a finger of FINGERS and [start, end) frames:

    frame_count
    left_hand_events, right_hand_events
        finger_flexing       "thumb_mcp", "thumb_ip", "index_mcp", "index_pip", "index_dip", ...: all 14, always
        finger_spacing       "index, middle", "middle, ring", "ring, pinky": where the fingers have a spread
        finger_tip_contact   "thumb, F": pairs that touch
        wrist_trajectory     "left-right", "front-back", "down-up": axes along which the wrist moves
    two_hand_relationships
        finger_tip_contact   "left F, right F": pairs that touch
        finger_palm_distance "left F, right palm", "right F, left palm": tips that come near
        palm_palm_distance   a list
        palm_palm_relative_position  "left-right", "front-back", "down-up": always; of the right palm from the left one

Each value is a list of events in order of start, of three forms:

    a hold     {"start": 0, "end": 21, "constant_des": "Fully extended"}
    a change   {"start": 21, "end": 30, "start_des": "Fully extended", "end_des": "Fully bent", "v_des": "Fast"}
    a movement {"start": 4, "end": 30, "direction": "left-to-right", "v_des": "Medium"}        (wrist_trajectory alone)

Words: flexion Hyperextended, Fully extended, Partially bent, Fully bent; spacing Closed, Open; tips Contact; finger to
palm Contact, Near, Far; palms Contact, Near, Medium, Far; relative position LEFT, ALIGNED, RIGHT / BACK, ALIGNED,
FRONT / DOWN, ALIGNED, UP; v_des Slow, Medium, Fast; direction left-to-right, right-to-left, back-to-front,
front-to-back, down-to-up, up-to-down.

A hold of Contact covers the whole contact. A change runs from 10 % to 90 % of it; holds fill the time between changes
(a turning point too short to be a hold is in no event). Two examples of what a list holds:

    "index_mcp": [{"start": 0, "end": 30, "constant_des": "Fully extended"},
                  {"start": 30, "end": 35, "start_des": "Fully extended", "end_des": "Fully bent", "v_des": "Fast"},
                  {"start": 35, "end": 60, "constant_des": "Fully bent"}]
    "palm_palm_distance": [{"start": 0, "end": 12, "constant_des": "Far"},
                  {"start": 12, "end": 27, "start_des": "Far", "end_des": "Contact", "v_des": "Fast"},
                  {"start": 25, "end": 60, "constant_des": "Contact"}]
"""

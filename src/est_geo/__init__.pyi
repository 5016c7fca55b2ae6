from .analysis.dbscan import SpatialDBSCAN as SpatialDBSCAN
from .analysis.density import Density as Density
from .analysis.density import kde as kde
from .analysis.places import problem_places as problem_places
from .analysis.recurring import recurring_addresses as recurring_addresses
from .errors import CRSError as CRSError
from .errors import EstGeoError as EstGeoError
from .errors import FileRefused as FileRefused
from .errors import InputError as InputError
from .errors import MissingAsset as MissingAsset
from .example import Example as Example
from .example import make_example as make_example
from .geography.assignment import assign_districts as assign_districts
from .geography.bundled import load_districts as load_districts
from .geography.districts import read_districts as read_districts
from .intake.duplicates import link_duplicates as link_duplicates
from .intake.incidents import read_incidents as read_incidents
from .intake.result import Intake as Intake
from .picture import Picture as Picture
from .picture import build_picture as build_picture
from .sharing.html import save_offline as save_offline
from .sharing.map import hotspot_map as hotspot_map
from .sharing.tables import write_table as write_table
from .sites.collapse import count_by_site as count_by_site
from .sites.collapse import to_sites as to_sites

__version__: str

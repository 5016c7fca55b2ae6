"""The settings that `est-geo init` writes, with what each of them means."""

TEMPLATE = """\
# Inställningar för lägesbilder med est_geo.
# Kör:  est-geo picture lagesbild.toml
# Sökvägar räknas från mappen där den här filen ligger. Rader som börjar med # gör ingenting.

title = "Lägesbild"          # rubrik på karta och rapport
language = "sv"              # "sv" eller "en"
out = "lagesbilder"          # mapp för det som skrivs
# municipality = "sollentuna" # kommun, om koordinaternas system ska kännas igen med dess hjälp
personal_data = "mask"       # personuppgifter i text: "mask" döljer dem, "reject" avvisar raden
rejected = "skip"            # rader som inte kan läsas: "skip" går vidare, "raise" stannar
# categories = "kategorier.toml" # rapportörernas ord för våra händelsetyper

[districts]                  # området: medföljande kommuner eller en egen fil
bundled = ["sollentuna"]     # botkyrka, sollentuna, sigtuna, upplands vasby; flera går bra
level = "kommundel"          # "kommundel" eller "regso"
# file = "kommundelar.gpkg"  # egen fil i stället för bundled
# name = "namn"              # kolumnen med kommundelens namn i den egna filen
outside = "keep"             # utanför området: "keep" räknar, "nearest" flyttar, "raise" stannar

[[sources]]                  # en sådan del för varje rapportör
name = "polis"               # ta bort raden om filen själv säger vem som rapporterat
files = ["in/polis_*.csv"]   # CSV, Excel, OpenDocument, GeoPackage, GeoJSON, Shapefile, Parquet
# crs = 3006                 # koordinatsystem, om det inte går att känna igen
# layer = "Blad1"            # blad eller lager
# year = 2026                # för datum utan år
# columns = { occurred_from = "Händelsedatum" } # vårt namn = filens
# optional = true            # gå vidare även om inga filer finns

# [[sources]]
# name = "kommunalt bostadsbolag"
# files = ["in/bostad_*.xlsx"]

# [register]                 # adressregister: ger lägen åt adresser, och bostäder att jämföra med
# files = ["register/belagenhetsadresser.gpkg"]
# aliases = "register/alias.csv"

# [efforts]                  # insatser: ytor med effort_id, start och gärna end
# file = "insatser.geojson"

[analysis]
period = "week"              # "week", "month", "quarter", "tertial" eller "year"
preset = "auto"              # "two_years" är lagens lägesbild
bandwidth_m = "auto"         # utjämningsradie i meter
min_incidents = "auto"       # minst så många händelser i en plats

[audiences]                  # vem lägesbilden är till för
make = ["internal"]          # "internal", "partner", "public"
# [audiences.partner]
# k = 3                      # minsta tal som visas
# cell_m = 100               # adresser visas som rutor om så många meter

[write]                      # vad som skrivs
map = true                   # karta.html
report = true                # lagesbild.html
workbook = true              # tabeller.xlsx
geopackage = true            # lager.gpkg
csv = false                  # en CSV per tabell
"""

import sys
from http.server import *
from osgeo import gdal, ogr, osr
import pyproj, numpy
gdal.UseExceptions()
class H(BaseHTTPRequestHandler):
    def do_GET(self):
        try: r = str(getattr(self, 'x_' + self.path.strip('/'))())
        except Exception as e: self.send_response(500); self.end_headers(); self.wfile.write(repr(e).encode()); return
        self.send_response(200); self.end_headers(); self.wfile.write(r.encode())
    def x_proj(self): return pyproj.Transformer.from_crs('EPSG:4326','EPSG:3857').transform(52, 13)
    def x_osr(self):
        s = osr.SpatialReference(); s.ImportFromEPSG(25833); return s.ExportToWkt()
    def x_tif(self):
        d = gdal.GetDriverByName('GTiff').Create('/tmp/a.tif', 10, 10, 1, options=['COMPRESS=DEFLATE']); s = osr.SpatialReference(); s.ImportFromEPSG(32633); d.SetProjection(s.ExportToWkt()); d.SetGeoTransform([500000,1,0,5000000,0,-1]); d.GetRasterBand(1).WriteArray(numpy.ones((10,10))); d = None
        return gdal.Info('/tmp/a.tif')
    def x_vec(self):
        out=[]
        for drv, ext in (('GeoJSON','json'),('GPKG','gpkg'),('ESRI Shapefile','shp'),('KML','kml'),('CSV','csv'),('GML','gml'),('DXF','dxf'),('GPX','gpx')):
            d = ogr.GetDriverByName(drv).CreateDataSource('/tmp/v.'+ext); s=osr.SpatialReference(); s.ImportFromEPSG(4326)
            l = d.CreateLayer('waypoints' if drv=='GPX' else 'l', s, ogr.wkbPoint); 
            f = ogr.Feature(l.GetLayerDefn()); f.SetGeometry(ogr.CreateGeometryFromWkt('POINT(13 52)')); l.CreateFeature(f); d=None; out.append(drv)
        return out
    def x_warp(self): gdal.Warp('/tmp/b.tif','/tmp/a.tif',dstSRS='EPSG:4326'); return gdal.Open('/tmp/b.tif').RasterXSize
    def x_drivers(self): return gdal.GetDriverCount()
    def x_spatialite(self):
        import sqlite3; c=sqlite3.connect(':memory:'); c.enable_load_extension(True); c.load_extension('mod_spatialite'); return c.execute('select spatialite_version()').fetchone()
    def log_message(self,*a): pass
HTTPServer(('',18203),H).serve_forever()

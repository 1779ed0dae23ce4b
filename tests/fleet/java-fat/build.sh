set -ex
J=/usr/share/java; W=/tmp/b; mkdir -p $W/{app,launch,agent,spi,fat/BOOT-INF/{lib,classes}} /opt/shop/{native,plugins,etc}
lib() { for n; do f=$J/$n.jar; [ -e $f ] || f=$(find /usr/share/maven-repo $J -name "$n-*.jar" | sort | head -1); cp -L "$f" $W/fat/BOOT-INF/lib/$n.jar; done; }
lib jetty9-server jetty9-servlet jetty9-http jetty9-io jetty9-util jetty9-security servlet-api logback-classic logback-core slf4j-api spring-core spring-beans spring-context spring-aop spring-expression commons-logging hsqldb jackson-databind jackson-core jackson-annotations picocli
javac -encoding UTF-8 -cp "$W/fat/BOOT-INF/lib/*" -d $W/fat/BOOT-INF/classes app/shop/*.java
cp app/logback.xml app/*.properties $W/fat/BOOT-INF/classes/
javac -d $W/fat launch/*.java
printf 'Main-Class: launch.Main\nStart-Class: shop.App\n' > $W/m
(cd $W/fat && jar cfm0 /opt/shop/shop.jar $W/m .)
javac -d $W/agent agent/*.java && printf 'Premain-Class: agent.Agent\n' > $W/ma && (cd $W/agent && jar cfm /opt/shop/agent.jar $W/ma .)
javac -cp $W/fat/BOOT-INF/classes -d $W/spi spi/*.java && mkdir -p $W/spi/META-INF/services && echo spi.Gift > $W/spi/META-INF/services/shop.Offer && (cd $W/spi && jar cf /opt/shop/plugins/gift.jar .)
gcc -shared -fPIC -I/usr/lib/jvm/java-17-openjdk-amd64/include -I/usr/lib/jvm/java-17-openjdk-amd64/include/linux native/fast.c -o /opt/shop/native/libfast.so -lcrypto
cp start java.args /opt/shop/; chmod +x /opt/shop/start

# Written by a2c for shop. Edit it, then rebuild with: a2c containerize --application-id java-tomcat-0a1b2c3d --build-only
#
# The folders that COPY names stand in context/, one per layer and owner; below them every file has the path it has on the host.
# COPY does not carry setuid bits, hard links, file capabilities, extended attributes and, in some builders, owners of links: a2c sets them in
# the layers afterwards, from the plan. An image that docker build makes of this folder lacks them; hard links become copies.
FROM scratch

# runtime: the language runtime, with the system files that it reads (2 files, 24 B)
COPY --chown=0:0 10-runtime/0-0 /

# libraries: native libraries of the system (1 files, 5 B)
COPY --chown=0:0 20-libraries/0-0 /

# server: the server's own distribution (1 files, 5 B)
COPY --chown=0:0 30-server/0-0 /

# dependencies: archives and assemblies that the application stands on (1 files, 4 B)
COPY --chown=1001:1002 40-dependencies/1001-1002 /

# application: the application with its configuration and users (7 files, 575 B)
COPY --chown=0:0 50-application/0-0 /
COPY --chown=1001:1002 50-application/1001-1002 /

# What differs from the host on purpose:
#   argument 2: -Ddb.password=${DB_PASSWORD_2} (a secret does not belong into an image's configuration; /.a2c/init puts the variable's value in, by a file of arguments in memory, so that the list of processes does not show it)
#   listener /srv/shop/conf/server.xml: 0.0.0.0 (127.0.0.1:8080 could not be reached in a container)
#   argument 0: /usr/lib/jvm/17/bin/java (started by the path of the executable, which the image has)

LABEL a2c.application-id="java-tomcat-0a1b2c3d"
LABEL org.opencontainers.image.title="shop"
ENV LANG="C.UTF-8"
ENV ODD="a\"b\$c\\"
# variable LINES holds what a Dockerfile cannot say; a2c sets it in the image's configuration, other builders do not

# To be supplied when it runs, never written here:
#   DB_PASSWORD (password)
#   DB_PASSWORD_2 (password)

EXPOSE 8080/tcp
USER 1001:1002
WORKDIR "/srv/shop"
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s --retries=3 CMD ["/.a2c/init","-health","tcp://127.0.0.1:8080"]
ENTRYPOINT ["/.a2c/init","-option","DB_PASSWORD_2","--","/usr/lib/jvm/17/bin/java","-Dcatalina.base=/srv/shop","-Ddb.password=${DB_PASSWORD_2}","-cp","/opt/tomcat/bin/bootstrap.jar","org.apache.catalina.startup.Bootstrap","start","a\nb\u001b"]

/** What packages of Amazon Linux are called on Debian, and where user data expects what they bring. */
"use strict";

const fs = require("node:fs");
const { dirname } = require("node:path");

/** What every machine has of itself. */
const ownPackages = new Set(
  "aws-cfn-bootstrap amazon-cloudwatch-agent amazon-ssm-agent cloud-init ec2-utils systemd".split(
    " ",
  ),
);

/** Packages that Debian has under other names; all others are tried under their own. */
const names = {
  "@Development Tools": ["build-essential"],
  awscli: ["awscli"],
  "awscli-2": ["awscli"],
  "aws-cli": ["awscli"],
  "bind-utils": ["dnsutils"],
  "gcc-c++": ["g++"],
  golang: ["golang-go"],
  httpd: ["apache2"],
  "httpd-tools": ["apache2-utils"],
  iproute: ["iproute2"],
  "java-11-amazon-corretto": ["openjdk-11-jdk"],
  "java-11-amazon-corretto-headless": ["openjdk-11-jre-headless"],
  "java-17-amazon-corretto": ["openjdk-17-jdk"],
  "java-17-amazon-corretto-headless": ["openjdk-17-jre-headless"],
  "java-21-amazon-corretto": ["openjdk-21-jdk"],
  "java-21-amazon-corretto-headless": ["openjdk-21-jre-headless"],
  mariadb105: ["mariadb-client"],
  "mariadb105-server": ["mariadb-server"],
  mod_ssl: ["apache2"],
  nc: ["netcat-openbsd"],
  "nmap-ncat": ["netcat-openbsd"],
  // With the module by which Apache runs it, as on Amazon Linux without more ado.
  php: ["php", "libapache2-mod-php"],
  "php-devel": ["php-dev"],
  // Part of PHP itself on Debian.
  "php-json": ["php-common"],
  "php-mysqli": ["php-mysql"],
  "php-mysqlnd": ["php-mysql"],
  postgresql15: ["postgresql-client"],
  "postgresql15-server": ["postgresql"],
  "procps-ng": ["procps"],
  "python3-devel": ["python3-dev"],
  redis6: ["redis-server"],
  "util-linux-user": ["util-linux"],
};

/** By which program it is seen that the host has it, where that is not called as the package is. */
const programNames = { awscli: "aws", "awscli-2": "aws", "aws-cli": "aws", "python3-pip": "pip3" };
const programOf = (name) => programNames[name] ?? name;

const debianNames = (name) => names[name] ?? [name];

function write(path, text, mode = 0o644) {
  fs.mkdirSync(dirname(path), { recursive: true });
  fs.writeFileSync(path, text, { mode });
}

function link(path, target) {
  if (fs.existsSync(path)) return;
  fs.mkdirSync(dirname(path), { recursive: true });
  fs.symlinkSync(target, path);
}

const httpdUnit = `[Unit]
Description=The Apache HTTP Server

[Service]
ExecStart=/usr/sbin/apachectl -D FOREGROUND
ExecReload=/usr/sbin/apachectl graceful
Restart=on-failure

[Install]
WantedBy=multi-user.target
`;

/** Amazon Linux's own: what conf.d brings comes before it, so it is only what nobody else serves. */
const nginxSite = `server {
    listen 80;
    server_name _;
    root /usr/share/nginx/html;
}
`;

const arrangements = {
  httpd(run) {
    if (!fs.existsSync("/usr/sbin/apachectl")) return;
    write("/usr/local/lib/systemd/system/httpd.service", httpdUnit);
    write("/usr/local/sbin/httpd", '#!/bin/sh\nexec /usr/sbin/apachectl "$@"\n', 0o755);
    link("/etc/httpd/conf.d", "/etc/apache2/conf-enabled");
    link("/etc/httpd/logs", "/var/log/apache2");
    link("/var/log/httpd", "/var/log/apache2");
    // Debian's greeting would be served instead of an index.php.
    const index = "/var/www/html/index.html";
    if (fs.existsSync(index) && fs.readFileSync(index, "utf8").includes("Apache2 Debian"))
      fs.rmSync(index);
    if (!/^apache:/m.test(fs.readFileSync("/etc/group", "utf8"))) {
      run("groupadd", "-r", "apache");
      run("usermod", "-a", "-G", "apache", "www-data");
    }
  },
  nginx() {
    const site = "/etc/nginx/sites-enabled/default";
    if (!fs.existsSync(site) || !/debian/i.test(fs.readFileSync(site, "utf8"))) return;
    fs.rmSync(site);
    write(site, nginxSite);
    fs.mkdirSync("/usr/share/nginx/html", { recursive: true });
  },
};

/** Puts what a package brings to where it is on Amazon Linux. Does no harm when it runs again. */
const arrange = (name, run) => arrangements[name]?.(run);

module.exports = { arrange, debianNames, ownPackages, programOf };
